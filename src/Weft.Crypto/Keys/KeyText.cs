namespace Weft.Crypto;

/// <summary>
/// Keys as text, both ways, in constant time: 44 characters of base64 (configuration files, <c>wg</c>) and 64 of
/// hexadecimal (UAPI). No table is indexed by, and no branch taken on, a digit of a key.
/// </summary>
public static class KeyText
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 32;

    /// <summary>Characters of a key in base64, the final <c>=</c> included.</summary>
    public const int Base64Length = 44;

    /// <summary>Characters of a key in hexadecimal.</summary>
    public const int HexLength = 64;

    /// <summary>Writes 32 bytes as 44 characters of base64.</summary>
    public static void ToBase64(ReadOnlySpan<byte> key, Span<char> text)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(text.Length, Base64Length);
        for (int i = 0, o = 0; o < 40; i += 3, o += 4)
            EncodeGroup((key[i] << 16) | (key[i + 1] << 8) | key[i + 2], text.Slice(o, 4));
        EncodeGroup((key[30] << 16) | (key[31] << 8), text.Slice(40, 4));
        text[43] = '=';
    }

    /// <summary>
    /// Reads 44 characters of base64 into 32 bytes. False for any other length, a character outside the alphabet or
    /// padding bits that are not zero; <paramref name="key"/> is then all zeros.
    /// </summary>
    public static bool TryFromBase64(ReadOnlySpan<char> text, Span<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        key.Clear();
        if (text.Length != Base64Length || text[43] != '=')
            return false;
        int bad = 0;
        for (int i = 0, o = 0; o < 40; i += 3, o += 4)
        {
            int group = DecodeGroup(text.Slice(o, 4), ref bad);
            key[i] = (byte)(group >> 16);
            key[i + 1] = (byte)(group >> 8);
            key[i + 2] = (byte)group;
        }
        ReadOnlySpan<char> last = [text[40], text[41], text[42], 'A'];
        int tail = DecodeGroup(last, ref bad);
        key[30] = (byte)(tail >> 16);
        key[31] = (byte)(tail >> 8);
        bad |= tail & 0xff;
        if (bad == 0)
            return true;
        key.Clear();
        return false;
    }

    /// <summary>Writes 32 bytes as 64 characters of lower-case hexadecimal.</summary>
    public static void ToHex(ReadOnlySpan<byte> key, Span<char> text)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(text.Length, HexLength);
        for (int i = 0; i < KeyLength; i++)
        {
            text[2 * i] = HexDigit(key[i] >> 4);
            text[2 * i + 1] = HexDigit(key[i] & 15);
        }
    }

    /// <summary>
    /// Reads 64 characters of hexadecimal, either case, into 32 bytes. False for any other length or character;
    /// <paramref name="key"/> is then all zeros.
    /// </summary>
    public static bool TryFromHex(ReadOnlySpan<char> text, Span<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        key.Clear();
        if (text.Length != HexLength)
            return false;
        int bad = 0;
        for (int i = 0; i < KeyLength; i++)
            key[i] = (byte)((HexValue(text[2 * i], ref bad) << 4) | HexValue(text[2 * i + 1], ref bad));
        if (bad == 0)
            return true;
        key.Clear();
        return false;
    }

    static void EncodeGroup(int bits, Span<char> text)
    {
        for (int k = 0; k < 4; k++)
        {
            int v = (bits >> (18 - 6 * k)) & 63;
            // 'A'.., then jump to 'a' at 26, '0' at 52, '+' at 62, '/' at 63, each by arithmetic on the sign bit.
            text[k] = (char)(
                v
                + 'A'
                + (((25 - v) >> 31) & 6)
                - (((51 - v) >> 31) & 75)
                - (((61 - v) >> 31) & 15)
                + (((62 - v) >> 31) & 3)
            );
        }
    }

    static int DecodeGroup(ReadOnlySpan<char> text, ref int bad)
    {
        int bits = 0;
        for (int k = 0; k < 4; k++)
        {
            int c = text[k];
            // Each range contributes its value plus one when c lies inside it, else nothing; outside all, -1 remains.
            int v =
                -1
                + (InRange(c, 'A', 'Z') & (c - 'A' + 1))
                + (InRange(c, 'a', 'z') & (c - 'a' + 27))
                + (InRange(c, '0', '9') & (c - '0' + 53))
                + (InRange(c, '+', '+') & 63)
                + (InRange(c, '/', '/') & 64);
            bad |= v >> 31;
            bits = (bits << 6) | (v & 63);
        }
        return bits;
    }

    static char HexDigit(int v) => (char)(v + '0' + (((9 - v) >> 31) & 39));

    static int HexValue(int c, ref int bad)
    {
        int v =
            -1
            + (InRange(c, '0', '9') & (c - '0' + 1))
            + (InRange(c, 'a', 'f') & (c - 'a' + 11))
            + (InRange(c, 'A', 'F') & (c - 'A' + 11));
        bad |= v >> 31;
        return v & 15;
    }

    /// <summary>All ones when low ≤ c ≤ high, else zero.</summary>
    static int InRange(int c, int low, int high) => ~(((c - low) | (high - c)) >> 31);
}
