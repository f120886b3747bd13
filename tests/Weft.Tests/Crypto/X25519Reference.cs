using System.Numerics;

namespace Weft.Tests.Crypto;

/// <summary>X25519 straight from RFC 7748 section 5, in big integers: slow, plain, and nobody else's code.</summary>
static class X25519Reference
{
    static readonly BigInteger _p = BigInteger.Pow(2, 255) - 19;

    internal static byte[] Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point)
    {
        byte[] clamped = scalar.ToArray();
        clamped[0] &= 248;
        clamped[31] = (byte)((clamped[31] & 127) | 64);
        BigInteger k = new(clamped, isUnsigned: true);
        BigInteger u = new BigInteger(point, isUnsigned: true) % BigInteger.Pow(2, 255) % _p;
        (BigInteger x2, BigInteger z2, BigInteger x3, BigInteger z3) = (1, 0, u, 1);
        bool swapped = false;
        for (int t = 254; t >= 0; t--)
        {
            bool bit = !(k >> t).IsEven;
            if (bit != swapped)
                (x2, z2, x3, z3) = (x3, z3, x2, z2);
            swapped = bit;
            BigInteger a = x2 + z2;
            BigInteger b = x2 - z2 + _p;
            BigInteger aa = a * a % _p;
            BigInteger bb = b * b % _p;
            BigInteger e = aa - bb + _p;
            BigInteger da = (x3 - z3 + _p) * a % _p;
            BigInteger cb = (x3 + z3) * b % _p;
            x3 = BigInteger.ModPow(da + cb, 2, _p);
            z3 = u * BigInteger.ModPow(da - cb + _p, 2, _p) % _p;
            x2 = aa * bb % _p;
            z2 = e * (aa + 121665 * e) % _p;
        }
        if (swapped)
            (x2, z2) = (x3, z3);
        byte[] product = new byte[32];
        (x2 * BigInteger.ModPow(z2, _p - 2, _p) % _p).TryWriteBytes(product, out _, isUnsigned: true);
        return product;
    }
}
