using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Weft.Crypto;

/// <summary>One block in 128 bits: SSE2 and NEON.</summary>
readonly struct Rows128 : IRows<Vector128<uint>>
{
    public static int Blocks => 1;

    public static Vector128<uint> Places
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<uint>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Repeat(Vector128<uint> row) => row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Add(Vector128<uint> left, Vector128<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void QuarterRound(
        ref Vector128<uint> a,
        ref Vector128<uint> b,
        ref Vector128<uint> c,
        ref Vector128<uint> d
    )
    {
        a += b;
        d = Rotation.Left(d ^ a, 16);
        c += d;
        b = Rotation.Left(b ^ c, 12);
        a += b;
        d = Rotation.Left(d ^ a, 8);
        c += d;
        b = Rotation.Left(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Diagonals(ref Vector128<uint> a, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        a = Vector128.Shuffle(a, Vector128.Create(3u, 0, 1, 2));
        c = Vector128.Shuffle(c, Vector128.Create(1u, 2, 3, 0));
        d = Vector128.Shuffle(d, Vector128.Create(2u, 3, 0, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(ref Vector128<uint> a, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        a = Vector128.Shuffle(a, Vector128.Create(1u, 2, 3, 0));
        c = Vector128.Shuffle(c, Vector128.Create(3u, 0, 1, 2));
        d = Vector128.Shuffle(d, Vector128.Create(2u, 3, 0, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        Vector128<uint> a,
        Vector128<uint> b,
        Vector128<uint> c,
        Vector128<uint> d,
        Span<byte> blocks
    )
    {
        LittleEndian.Bytes(a).CopyTo(blocks);
        LittleEndian.Bytes(b).CopyTo(blocks[16..]);
        LittleEndian.Bytes(c).CopyTo(blocks[32..]);
        LittleEndian.Bytes(d).CopyTo(blocks[48..]);
    }
}
