using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Crypto;

/// <summary>Eight lanes in 512 bits: AVX-512.</summary>
readonly struct Limbs512 : ILimbs<Vector512<ulong>>
{
    public static int Lanes => 8;

    public static Vector512<ulong> BlocksAfter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(7UL, 3, 6, 2, 5, 1, 4, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Repeat(ulong value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> InFirstLane(ulong value) => Vector512.CreateScalar(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> LowHalves(ref readonly byte group) =>
        Avx512F.UnpackLow(Vector512.LoadUnsafe(in group).AsUInt64(), Vector512.LoadUnsafe(in group, 64).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> HighHalves(ref readonly byte group) =>
        Avx512F.UnpackHigh(Vector512.LoadUnsafe(in group).AsUInt64(), Vector512.LoadUnsafe(in group, 64).AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Add(Vector512<ulong> left, Vector512<ulong> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> And(Vector512<ulong> left, Vector512<ulong> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Or(Vector512<ulong> left, Vector512<ulong> right) => left | right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ShiftLeft(Vector512<ulong> value, int bits) => value << bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ShiftRight(Vector512<ulong> value, int bits) => value >> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Multiply(Vector512<ulong> left, Vector512<ulong> right) =>
        Avx512F.Multiply(left.AsUInt32(), right.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> MultiplyAdd(Vector512<ulong> sum, Vector512<ulong> left, Vector512<ulong> right) =>
        sum + Avx512F.Multiply(left.AsUInt32(), right.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Choose(int bit, Vector512<ulong> set, Vector512<ulong> clear) =>
        Vector512.ConditionalSelect(
            Vector512.Equals(BlocksAfter & Vector512.Create(1UL << bit), Vector512<ulong>.Zero),
            clear,
            set
        );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Sum(Vector512<ulong> value) => Vector512.Sum(value);
}
