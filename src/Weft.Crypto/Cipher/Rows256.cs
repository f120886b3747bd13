using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Crypto;

/// <summary>Two blocks in 256 bits: AVX2.</summary>
readonly struct Rows256 : IRows<Vector256<uint>>
{
    public static int Blocks => 2;

    public static Vector256<uint> Places => Vector256.Create(0u, 0, 0, 0, 1, 0, 0, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Repeat(Vector128<uint> row) => Vector256.Create(row, row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void QuarterRound(
        ref Vector256<uint> a,
        ref Vector256<uint> b,
        ref Vector256<uint> c,
        ref Vector256<uint> d
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
    public static void Diagonals(ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        b = Avx2.Shuffle(b, 0b00_11_10_01);
        c = Avx2.Shuffle(c, 0b01_00_11_10);
        d = Avx2.Shuffle(d, 0b10_01_00_11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        b = Avx2.Shuffle(b, 0b10_01_00_11);
        c = Avx2.Shuffle(c, 0b01_00_11_10);
        d = Avx2.Shuffle(d, 0b00_11_10_01);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        Vector256<uint> a,
        Vector256<uint> b,
        Vector256<uint> c,
        Vector256<uint> d,
        Span<byte> blocks
    )
    {
        Avx2.Permute2x128(a, b, 0x20).AsByte().CopyTo(blocks);
        Avx2.Permute2x128(c, d, 0x20).AsByte().CopyTo(blocks[32..]);
        Avx2.Permute2x128(a, b, 0x31).AsByte().CopyTo(blocks[64..]);
        Avx2.Permute2x128(c, d, 0x31).AsByte().CopyTo(blocks[96..]);
    }

    // As in Rows128.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> RotateLeft16(Vector256<uint> row) =>
        Avx512F.VL.IsSupported
            ? Avx512F.VL.RotateLeft(row, 16)
            : Avx2.Shuffle(row.AsByte(), Vector256.Create(Bytes16, Bytes16)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> RotateLeft12(Vector256<uint> row) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(row, 12) : (row << 12) | (row >> 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> RotateLeft8(Vector256<uint> row) =>
        Avx512F.VL.IsSupported
            ? Avx512F.VL.RotateLeft(row, 8)
            : Avx2.Shuffle(row.AsByte(), Vector256.Create(Bytes8, Bytes8)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> RotateLeft7(Vector256<uint> row) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(row, 7) : (row << 7) | (row >> 25);

    static Vector128<byte> Bytes16 => Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);

    static Vector128<byte> Bytes8 => Vector128.Create((byte)3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
}
