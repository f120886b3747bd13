using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Crypto;

/// <summary>Four blocks in 512 bits: AVX-512.</summary>
readonly struct Rows512 : IRows<Vector512<uint>>
{
    public static int Blocks => 4;

    public static Vector512<uint> Places
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(0u, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Repeat(Vector128<uint> row)
    {
        Vector256<uint> twice = Vector256.Create(row, row);
        return Vector512.Create(twice, twice);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> left, Vector512<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void QuarterRound(
        ref Vector512<uint> a,
        ref Vector512<uint> b,
        ref Vector512<uint> c,
        ref Vector512<uint> d
    )
    {
        a += b;
        d = Avx512F.RotateLeft(d ^ a, 16);
        c += d;
        b = Avx512F.RotateLeft(b ^ c, 12);
        a += b;
        d = Avx512F.RotateLeft(d ^ a, 8);
        c += d;
        b = Avx512F.RotateLeft(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Diagonals(ref Vector512<uint> a, ref Vector512<uint> c, ref Vector512<uint> d)
    {
        a = Avx512F.Shuffle(a, 0b10_01_00_11);
        c = Avx512F.Shuffle(c, 0b00_11_10_01);
        d = Avx512F.Shuffle(d, 0b01_00_11_10);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(ref Vector512<uint> a, ref Vector512<uint> c, ref Vector512<uint> d)
    {
        a = Avx512F.Shuffle(a, 0b00_11_10_01);
        c = Avx512F.Shuffle(c, 0b10_01_00_11);
        d = Avx512F.Shuffle(d, 0b01_00_11_10);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        Vector512<uint> a,
        Vector512<uint> b,
        Vector512<uint> c,
        Vector512<uint> d,
        Span<byte> blocks
    )
    {
        Vector512<uint> ab01 = Avx512F.Shuffle4x128(a, b, 0x44);
        Vector512<uint> ab23 = Avx512F.Shuffle4x128(a, b, 0xee);
        Vector512<uint> cd01 = Avx512F.Shuffle4x128(c, d, 0x44);
        Vector512<uint> cd23 = Avx512F.Shuffle4x128(c, d, 0xee);
        Avx512F.Shuffle4x128(ab01, cd01, 0x88).AsByte().CopyTo(blocks);
        Avx512F.Shuffle4x128(ab01, cd01, 0xdd).AsByte().CopyTo(blocks[64..]);
        Avx512F.Shuffle4x128(ab23, cd23, 0x88).AsByte().CopyTo(blocks[128..]);
        Avx512F.Shuffle4x128(ab23, cd23, 0xdd).AsByte().CopyTo(blocks[192..]);
    }
}
