using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Crypto;

/// <summary>
/// Rotates 32-bit words in a vector. The just-in-time compiler makes no rotation of two shifts, so AVX-512's is asked for by
/// name; without it, whole bytes are shuffled, and only what is left takes two shifts. The choice is made when compiling,
/// because callers pass constants.
/// </summary>
static class Rotation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<uint> Left(Vector128<uint> words, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(words, bits)
        : bits == 16 ? Vector128.Shuffle(words.AsByte(), By16).AsUInt32()
        : bits == 8 ? Vector128.Shuffle(words.AsByte(), By8).AsUInt32()
        : bits == 24 ? Vector128.Shuffle(words.AsByte(), By24).AsUInt32()
        : (words << bits) | (words >> (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<uint> Left(Vector256<uint> words, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(words, bits)
        : bits == 16 ? Avx2.Shuffle(words.AsByte(), Vector256.Create(By16, By16)).AsUInt32()
        : bits == 8 ? Avx2.Shuffle(words.AsByte(), Vector256.Create(By8, By8)).AsUInt32()
        : (words << bits) | (words >> (32 - bits));

    static Vector128<byte> By8 => Vector128.Create((byte)3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);

    static Vector128<byte> By16 => Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);

    static Vector128<byte> By24 => Vector128.Create((byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}
