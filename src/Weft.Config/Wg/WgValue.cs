using System.Collections.Immutable;
using System.Globalization;

namespace Weft.Config;

/// <summary>
/// The values of wg's own files and arguments, read as WireGuard's own tool reads them: what that takes, this takes, odd
/// as it may be. Weft's files go through <see cref="ConfigValue"/>, which is stricter.
/// </summary>
public static class WgValue
{
    /// <summary><c>off</c> in any case, decimal, or hexadecimal after <c>0x</c>.</summary>
    public static uint? Mark(ReadOnlySpan<char> text)
    {
        if (IsOff(text))
            return 0;
        if (text.IsEmpty || !char.IsAsciiDigit(text[0]))
            return null;
        bool hex = text.StartsWith("0x", StringComparison.Ordinal);
        return uint.TryParse(
            hex ? text[2..] : text,
            hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out uint mark
        )
            ? mark
            : null;
    }

    /// <summary><c>off</c> in any case, or seconds.</summary>
    public static ushort? Keepalive(ReadOnlySpan<char> text)
    {
        if (IsOff(text))
            return 0;
        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort seconds)
            ? seconds
            : null;
    }

    /// <summary>
    /// Adds a comma-separated list of prefixes. Null when one is wrong; else whether the list stands for all that the peer
    /// shall have, which it does unless every prefix in it has a sign.
    /// </summary>
    /// <param name="increments">Whether <c>+</c> (add) and <c>-</c> (remove) before a prefix are read.</param>
    /// <param name="wrong">The prefix that is wrong.</param>
    public static bool? AllowedIps(
        ReadOnlySpan<char> text,
        ImmutableArray<AllowedIpChange>.Builder list,
        bool increments,
        out string? wrong
    )
    {
        wrong = null;
        bool whole = text.IsEmpty;
        if (whole)
            return whole;
        foreach (Range range in text.Split(','))
        {
            ReadOnlySpan<char> item = text[range];
            bool signed = increments && item.Length > 0 && item[0] is '+' or '-';
            bool remove = signed && item[0] == '-';
            if (!TryPrefix(signed ? item[1..] : item, remove, out AllowedIpChange change))
            {
                wrong = item.ToString();
                return null;
            }
            whole |= !signed;
            list.Add(change);
        }
        return whole;
    }

    /// <summary>
    /// Cuts <c>host:service</c> or <c>[host]:service</c> apart; without brackets the last colon counts. False when there is
    /// no service.
    /// </summary>
    public static bool TrySplitEndpoint(ReadOnlySpan<char> text, out string host, out string service)
    {
        host = service = "";
        int start = text.StartsWith('[') ? 1 : 0;
        int end = start == 1 ? text.IndexOf(']') : text.LastIndexOf(':');
        int colon = end + start;
        if (end < 0 || colon + 1 >= text.Length || text[colon] != ':')
            return false;
        host = text[start..end].ToString();
        service = text[(colon + 1)..].ToString();
        return true;
    }

    static bool TryPrefix(ReadOnlySpan<char> text, bool remove, out AllowedIpChange change)
    {
        change = default;
        int slash = text.IndexOf('/');
        Span<byte> bytes = stackalloc byte[16];
        if (!AddressText.TryParse(slash < 0 ? text : text[..slash], bytes, out int length))
            return false;
        int all = 8 * length;
        int prefixLength = all;
        if (
            slash >= 0
            && !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out prefixLength)
        )
            return false;
        if (prefixLength > all)
            return false;
        change = new AllowedIpChange(bytes[..length], prefixLength, remove);
        return true;
    }

    static bool IsOff(ReadOnlySpan<char> text) => text.Equals("off", StringComparison.OrdinalIgnoreCase);
}
