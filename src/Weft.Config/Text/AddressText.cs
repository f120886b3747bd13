using System.Buffers.Text;
using System.Globalization;
using System.Net;

namespace Weft.Config;

/// <summary>
/// IP addresses as text, both ways, as inet_pton and inet_ntop have it: what the class library reads is looser (it takes
/// "10.1" and "0x7f.1") and what it writes differs for some IPv6 addresses, while tools compare these texts byte by byte.
/// </summary>
public static class AddressText
{
    /// <summary>Characters of the longest address, without a scope.</summary>
    public const int MaxLength = 45;

    /// <summary>Reads an IPv4 or IPv6 address without brackets and without a scope; null when it is none.</summary>
    public static IPAddress? Parse(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        return TryParse(text, bytes, out int length) ? new IPAddress(bytes[..length]) : null;
    }

    /// <summary>The same without an object: writes 4 or 16 bytes, and says how many.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, Span<byte> address, out int length)
    {
        if (text.Contains(':'))
        {
            length = 16;
            return TryParseV6(text, address);
        }
        length = 4;
        return TryParseV4(text, address);
    }

    /// <summary>Four decimal numbers, no leading zeros. Writes 4 bytes.</summary>
    public static bool TryParseV4(ReadOnlySpan<char> text, Span<byte> address)
    {
        int part = 0;
        int value = -1;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                if (value == 0)
                    return false;
                value = Math.Max(value, 0) * 10 + (c - '0');
                if (value > 255)
                    return false;
                address[part] = (byte)value;
            }
            else if (c == '.' && value >= 0 && part < 3)
            {
                part++;
                value = -1;
            }
            else
            {
                return false;
            }
        }
        return part == 3 && value >= 0;
    }

    /// <summary>RFC 4291 section 2.2, all three forms. Writes 16 bytes.</summary>
    public static bool TryParseV6(ReadOnlySpan<char> text, Span<byte> address)
    {
        address[..16].Clear();
        int filled = 0;
        int gap = -1;
        if (text.StartsWith("::", StringComparison.Ordinal))
        {
            gap = 0;
            text = text[2..];
        }
        else if (text.IsEmpty || text[0] == ':')
        {
            return false;
        }
        while (!text.IsEmpty)
        {
            int end = text.IndexOf(':');
            ReadOnlySpan<char> group = end < 0 ? text : text[..end];
            if (end < 0 && group.Contains('.'))
            {
                if (filled > 12 || !TryParseV4(group, address[filled..]))
                    return false;
                filled += 4;
                break;
            }
            if (filled > 14 || group.Length is 0 or > 4 || !TryHex(group, out int value))
                return false;
            address[filled++] = (byte)(value >> 8);
            address[filled++] = (byte)value;
            if (end < 0)
                break;
            text = text[(end + 1)..];
            if (text.IsEmpty)
                return false;
            if (text[0] == ':')
            {
                if (gap >= 0)
                    return false;
                gap = filled;
                text = text[1..];
            }
        }
        if (gap < 0)
            return filled == 16;
        if (filled == 16)
            return false;
        int tail = filled - gap;
        address[gap..filled].CopyTo(address[(16 - tail)..16]);
        address[gap..(16 - tail)].Clear();
        return true;
    }

    /// <summary>The address as inet_ntop writes it, without its scope.</summary>
    public static string Format(IPAddress address)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        return System.Text.Encoding.ASCII.GetString(text[..Format(address, text)]);
    }

    /// <summary><c>10.0.0.0/8</c></summary>
    public static string Format(IPNetwork network) =>
        string.Create(CultureInfo.InvariantCulture, $"{Format(network.BaseAddress)}/{network.PrefixLength}");

    /// <summary>Writes at most <see cref="MaxLength"/> bytes of ASCII and returns how many.</summary>
    public static int Format(IPAddress address, Span<byte> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return Format(bytes[..length], text);
    }

    /// <summary>The same for an address of 4 or 16 bytes.</summary>
    public static int Format(ReadOnlySpan<byte> address, Span<byte> text) =>
        address.Length == 4 ? FormatV4(address, text) : FormatV6(address, text);

    /// <summary>The same address and prefix with the bits after the prefix cleared.</summary>
    public static IPNetwork Network(IPAddress address, int prefixLength)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        bytes = bytes[..length];
        for (int i = 0; i < length; i++)
        {
            int kept = Math.Clamp(prefixLength - 8 * i, 0, 8);
            bytes[i] &= (byte)(0xff00 >> kept);
        }
        return new IPNetwork(new IPAddress(bytes), prefixLength);
    }

    static int FormatV4(ReadOnlySpan<byte> bytes, Span<byte> text)
    {
        int at = 0;
        for (int i = 0; i < 4; i++)
        {
            if (i > 0)
                text[at++] = (byte)'.';
            Utf8Formatter.TryFormat(bytes[i], text[at..], out int written);
            at += written;
        }
        return at;
    }

    static int FormatV6(ReadOnlySpan<byte> bytes, Span<byte> text)
    {
        (int gap, int gapLength) = LongestZeros(bytes);
        // inet_ntop shows the last four bytes as IPv4 for mapped and (unless it is ::1 or ::) compatible addresses.
        bool embedded =
            gap == 0
            && (
                gapLength == 6
                || (gapLength == 7 && (bytes[14] != 0 || bytes[15] != 1))
                || (gapLength == 5 && bytes[10] == 0xff && bytes[11] == 0xff)
            );
        int at = 0;
        for (int group = 0; group < 8; group++)
        {
            if (group == gap)
                text[at++] = (byte)':';
            if (group >= gap && group < gap + gapLength)
                continue;
            if (group > 0)
                text[at++] = (byte)':';
            if (group == 6 && embedded)
                return at + FormatV4(bytes[12..], text[at..]);
            int value = (bytes[2 * group] << 8) | bytes[2 * group + 1];
            Utf8Formatter.TryFormat(value, text[at..], out int written, new('x'));
            at += written;
        }
        if (gapLength > 0 && gap + gapLength == 8)
            text[at++] = (byte)':';
        return at;
    }

    /// <summary>The first longest run of at least two zero groups; (-1, 0) when there is none.</summary>
    static (int Start, int Length) LongestZeros(ReadOnlySpan<byte> bytes)
    {
        (int Start, int Length) best = (-1, 0);
        for (int start = 0; start < 8; start++)
        {
            int end = start;
            while (end < 8 && bytes[2 * end] == 0 && bytes[2 * end + 1] == 0)
                end++;
            if (end - start > Math.Max(best.Length, 1))
                best = (start, end - start);
            start = end;
        }
        return best;
    }

    static bool TryHex(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (char c in text)
        {
            // Looked at one by one, since the class library lets zeros (NUL) stand behind a number.
            if (!char.IsAsciiHexDigit(c))
                return false;
            value = (value << 4) | (char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        return true;
    }
}
