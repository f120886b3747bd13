using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Crypto;

/// <summary>Two blocks in 256 bits: AVX2.</summary>
readonly struct Rows256 : IRows<Vector256<uint>>
{
    public static int Blocks => 2;

    public static Vector256<uint> Places
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(0u, 0, 0, 0, 1, 0, 0, 0);
    }

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
        d = Rotation.Left(d ^ a, 16);
        c += d;
        b = Rotation.Left(b ^ c, 12);
        a += b;
        d = Rotation.Left(d ^ a, 8);
        c += d;
        b = Rotation.Left(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Diagonals(ref Vector256<uint> a, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        a = Avx2.Shuffle(a, 0b10_01_00_11);
        c = Avx2.Shuffle(c, 0b00_11_10_01);
        d = Avx2.Shuffle(d, 0b01_00_11_10);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(ref Vector256<uint> a, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        a = Avx2.Shuffle(a, 0b00_11_10_01);
        c = Avx2.Shuffle(c, 0b10_01_00_11);
        d = Avx2.Shuffle(d, 0b01_00_11_10);
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
}
