using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Crypto;

/// <summary>One block in 128 bits: SSE2 and NEON.</summary>
readonly struct Rows128 : IRows<Vector128<uint>>
{
    public static int Blocks => 1;

    public static Vector128<uint> Places => Vector128<uint>.Zero;

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
        d = RotateLeft16(d ^ a);
        c += d;
        b = RotateLeft12(b ^ c);
        a += b;
        d = RotateLeft8(d ^ a);
        c += d;
        b = RotateLeft7(b ^ c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Diagonals(ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
        c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
        d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
        c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
        d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
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

    // The just-in-time compiler makes no rotate of two shifts, and a byte shuffle is one instruction where a rotate is none.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> RotateLeft16(Vector128<uint> row) =>
        Avx512F.VL.IsSupported
            ? Avx512F.VL.RotateLeft(row, 16)
            : Vector128
                .Shuffle(row.AsByte(), Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13))
                .AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> RotateLeft12(Vector128<uint> row) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(row, 12) : (row << 12) | (row >> 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> RotateLeft8(Vector128<uint> row) =>
        Avx512F.VL.IsSupported
            ? Avx512F.VL.RotateLeft(row, 8)
            : Vector128
                .Shuffle(row.AsByte(), Vector128.Create((byte)3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14))
                .AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> RotateLeft7(Vector128<uint> row) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(row, 7) : (row << 7) | (row >> 25);
}
