using System.Runtime.CompilerServices;

namespace Weft.Crypto;

/// <summary>
/// A number modulo 2¹³⁰ − 5, not necessarily reduced, in words of 64 bits (the last one small), and how it is cut into five
/// limbs of 26 bits.
/// </summary>
readonly record struct Poly1305Number(ulong W0, ulong W1, ulong W2)
{
    internal const int LimbBits = 26;
    internal const ulong LimbMask = (1UL << LimbBits) - 1;

    internal ulong Limb0 => W0 & LimbMask;
    internal ulong Limb1 => (W0 >> 26) & LimbMask;
    internal ulong Limb2 => ((W0 >> 52) | (W1 << 12)) & LimbMask;
    internal ulong Limb3 => (W1 >> 14) & LimbMask;
    internal ulong Limb4 => (W1 >> 40) | (W2 << 24);

    /// <summary>Puts limbs of up to 32 bits together; the last word comes out below 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Poly1305Number FromLimbs(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        // Carried until all have 26 bits and no two meet in a bit; what is beyond 2¹³⁰ counts five times.
        l1 += l0 >> 26;
        l2 += l1 >> 26;
        l3 += l2 >> 26;
        l4 += l3 >> 26;
        l0 = (l0 & LimbMask) + 5 * (l4 >> 26);
        l1 = (l1 & LimbMask) + (l0 >> 26);
        l0 &= LimbMask;
        l2 = (l2 & LimbMask) + (l1 >> 26);
        l1 &= LimbMask;
        l3 = (l3 & LimbMask) + (l2 >> 26);
        l2 &= LimbMask;
        l4 = (l4 & LimbMask) + (l3 >> 26);
        l3 &= LimbMask;
        return new Poly1305Number(l0 | (l1 << 26) | (l2 << 52), (l2 >> 12) | (l3 << 14) | (l4 << 40), l4 >> 24);
    }
}
