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

    /// <summary>Puts limbs of up to 36 bits together; the last word comes out below 8.</summary>
    internal static Poly1305Number FromLimbs(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        UInt128 low = (UInt128)l0 + ((UInt128)l1 << 26) + ((UInt128)l2 << 52) + ((UInt128)l3 << 78);
        UInt128 high = ((UInt128)l4 << 40) + (ulong)(low >> 64);
        ulong over = (ulong)(high >> 66);
        low = (UInt128)(ulong)low + 5 * over;
        high = (high & ((UInt128.One << 66) - 1)) + (ulong)(low >> 64);
        return new Poly1305Number((ulong)low, (ulong)high, (ulong)(high >> 64));
    }
}
