using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>
/// The values of Weft's own files (wg0.conf, mesh.conf), read strictly. Each method reports a fault and answers null,
/// so that a parser can go on and find the next one. Keys are never repeated in a fault.
/// </summary>
static class ConfigValue
{
    internal static ushort? Port(in IniText value, Faults faults)
    {
        if (Number(value.Span, 65535) is { } port and > 0)
            return (ushort)port;
        faults.Add(value, $"'{Shown(value)}' is not a port", "give a number from 1 to 65535");
        return null;
    }

    /// <summary>Like a port, but 0 is allowed and lets the system choose.</summary>
    internal static ushort? ListenPort(in IniText value, Faults faults) =>
        value.Span is "0" ? (ushort)0 : Port(value, faults);

    internal static ushort? Mtu(in IniText value, Faults faults)
    {
        if (Number(value.Span, 65535) is { } mtu and >= 576)
            return (ushort)mtu;
        faults.Add(value, $"'{Shown(value)}' is not an MTU", "give a number from 576 to 65535, at least 1280 for IPv6");
        return null;
    }

    /// <summary>Seconds; 0 for "off".</summary>
    internal static ushort? Keepalive(in IniText value, Faults faults)
    {
        if (value.Is("off"))
            return 0;
        if (Number(value.Span, 65535) is { } seconds)
            return (ushort)seconds;
        faults.Add(value, $"'{Shown(value)}' is not a keepalive", "give seconds from 1 to 65535, or off");
        return null;
    }

    internal static TimeSpan? Seconds(in IniText value, Faults faults)
    {
        if (Number(value.Span, 86400) is { } seconds and > 0)
            return TimeSpan.FromSeconds(seconds);
        faults.Add(value, $"'{Shown(value)}' is not a time", "give seconds from 1 to 86400");
        return null;
    }

    /// <summary>A time that may be none at all.</summary>
    internal static TimeSpan? SecondsOrNone(in IniText value, Faults faults)
    {
        if (Number(value.Span, 86400) is { } seconds)
            return TimeSpan.FromSeconds(seconds);
        faults.Add(value, $"'{Shown(value)}' is not a time", "give seconds from 0 to 86400");
        return null;
    }

    /// <summary>How many checks of a link in a row.</summary>
    internal static int? Checks(in IniText value, Faults faults)
    {
        if (Number(value.Span, 1000) is { } count and > 0)
            return (int)count;
        faults.Add(value, $"'{Shown(value)}' is not a number of checks", "give one from 1 to 1000");
        return null;
    }

    internal static uint? Mark(in IniText value, Faults faults)
    {
        if (value.Is("off"))
            return 0;
        ReadOnlySpan<char> text = value.Span;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (
                !text.Contains('\0')
                && uint.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint mark)
            )
                return mark;
        }
        else if (Number(text, uint.MaxValue) is { } number)
        {
            return (uint)number;
        }
        faults.Add(value, $"'{Shown(value)}' is not a mark", "give off, a number of 32 bits, or one in hexadecimal");
        return null;
    }

    internal static bool? YesNo(in IniText value, Faults faults)
    {
        if (value.Is("yes") || value.Is("true") || value.Is("on"))
            return true;
        if (value.Is("no") || value.Is("false") || value.Is("off"))
            return false;
        faults.Add(value, $"'{Shown(value)}' is neither yes nor no");
        return null;
    }

    internal static RouteTable? Table(in IniText value, Faults faults)
    {
        if (value.Is("auto"))
            return RouteTable.Auto;
        if (value.Is("off"))
            return RouteTable.Off;
        if (value.Is("main"))
            return new RouteTable(RouteTableKind.Number, 254);
        if (Number(value.Span, uint.MaxValue) is { } number and > 0)
            return new RouteTable(RouteTableKind.Number, (uint)number);
        faults.Add(value, $"'{Shown(value)}' is not a routing table", "give auto, off or a table's number");
        return null;
    }

    internal static PrivateKey? PrivateKey(in IniText value, Faults faults)
    {
        if (Crypto.PrivateKey.Parse(value.Span) is { IsZero: false } key)
            return key;
        faults.Add(
            value,
            "the value is not a private key",
            "a key is 44 characters of base64, as 'wg genkey' makes it"
        );
        return null;
    }

    internal static PresharedKey? PresharedKey(in IniText value, Faults faults)
    {
        if (Crypto.PresharedKey.Parse(value.Span) is { } key)
            return key;
        faults.Add(
            value,
            "the value is not a preshared key",
            "a key is 44 characters of base64, as 'wg genpsk' makes it"
        );
        return null;
    }

    internal static PublicKey? PublicKey(in IniText value, Faults faults)
    {
        if (Crypto.PublicKey.TryParse(value.Span, out PublicKey key))
            return key;
        faults.Add(value, "the value is not a public key", "a key is 44 characters of base64, as 'wg pubkey' makes it");
        return null;
    }

    /// <summary>A name or an address and a port: <c>host:5</c>, <c>1.2.3.4:5</c>, <c>[::1]:5</c>.</summary>
    internal static HostPort? Endpoint(in IniText value, Faults faults)
    {
        int colon = value.Span.LastIndexOf(':');
        if (colon <= 0 || value.Span[^1] == ']')
        {
            faults.Add(value, $"'{Shown(value)}' lacks a port", "write host:port, or [address]:port for IPv6");
            return null;
        }
        ushort? port = Port(value.Slice(colon + 1, value.Length - colon - 1), faults);
        string? host = Host(value.Slice(0, colon), faults);
        return port is { } p && host is not null ? new HostPort(host, p) : null;
    }

    /// <summary>A name, an IPv4 address, or an IPv6 address in brackets (or without, where no port follows).</summary>
    internal static string? Host(in IniText value, Faults faults, bool bareV6 = false)
    {
        ReadOnlySpan<char> host = value.Span;
        if (host.Length > 2 && host[0] == '[' && host[^1] == ']')
        {
            int scope = host.IndexOf('%');
            if (AddressText.Parse(host[1..(scope < 0 ? ^1 : scope)]) is { AddressFamily: AddressFamily.InterNetworkV6 })
                return host[1..^1].ToString();
        }
        else if (host.Contains(':'))
        {
            if (bareV6 && AddressText.Parse(host) is not null)
                return host.ToString();
            faults.Add(value, $"'{Shown(value)}' is not a host", "write an IPv6 address in brackets: [fd00::1]");
            return null;
        }
        else if (AddressText.Parse(host) is not null || HostName.IsValid(host))
        {
            return host.ToString();
        }
        faults.Add(value, $"'{Shown(value)}' is neither a name nor an address");
        return null;
    }

    internal static IPAddress? Address(in IniText value, Faults faults)
    {
        if (AddressText.Parse(value.Span) is { } address)
            return address;
        faults.Add(value, $"'{Shown(value)}' is not an IP address");
        return null;
    }

    /// <summary>An address with the prefix of the network it stands in: <c>10.0.0.5/24</c>.</summary>
    internal static InterfaceAddress? AddressAndPrefix(in IniText value, Faults faults)
    {
        int slash = value.Span.IndexOf('/');
        IPAddress? address = AddressText.Parse(slash < 0 ? value.Span : value.Span[..slash]);
        if (address is null)
        {
            faults.Add(
                value,
                $"'{Shown(value)}' is not an IP address with a prefix",
                "write it like 10.0.1.0/24 or fd00::/64"
            );
            return null;
        }
        ulong all = address.AddressFamily == AddressFamily.InterNetwork ? 32u : 128u;
        if (slash < 0)
            return new InterfaceAddress(address, (int)all);
        if (Number(value.Span[(slash + 1)..], all) is { } length)
            return new InterfaceAddress(address, (int)length);
        IniText prefix = value.Slice(slash + 1, value.Length - slash - 1);
        faults.Add(prefix, $"'{Shown(prefix)}' is not a prefix length", $"give a number from 0 to {all}");
        return null;
    }

    /// <summary>A network; its host bits must be zero, since a set one is more often a slip than meant.</summary>
    internal static IPNetwork? Network(in IniText value, Faults faults)
    {
        if (AddressAndPrefix(value, faults) is not { } written)
            return null;
        IPNetwork network = AddressText.Network(written.Address, written.PrefixLength);
        if (network.BaseAddress.Equals(written.Address))
            return network;
        faults.Add(value, $"'{Shown(value)}' has bits set after its prefix", $"the network is {network}");
        return null;
    }

    /// <summary>A network behind a site, with the prefix that it is mapped to if it is: <c>NETWORK as PREFIX</c>.</summary>
    internal static LanMap? Lan(IniText value, Faults faults)
    {
        IniText real = Word(value, out IniText rest);
        if (rest.IsEmpty)
            return Network(value, faults) is { } plain ? new LanMap(plain, plain) : null;
        IniText word = Word(rest, out IniText shown);
        if (!word.Is(LanMap.Word) || shown.IsEmpty)
        {
            faults.Add(
                value,
                $"'{Shown(value)}' is not a network",
                "give it as 192.168.1.0/24, or mapped as 192.168.1.0/24 as 10.201.1.0/24"
            );
            return null;
        }
        if (Network(real, faults) is not { } from || Network(shown, faults) is not { } to)
            return null;
        if (from.PrefixLength == to.PrefixLength && from.BaseAddress.AddressFamily == to.BaseAddress.AddressFamily)
            return new LanMap(from, to);
        faults.Add(
            shown,
            $"{from} cannot be mapped to {to}: each address keeps the bits after its prefix",
            $"map it to another /{from.PrefixLength} of the same family"
        );
        return null;
    }

    /// <summary>The domain of a site's names, without a dot at its end.</summary>
    internal static string? Domain(in IniText value, Faults faults)
    {
        if (HostName.IsValid(value.Span) && !ShownText.HoldsKey(value.Span))
            return value.ToString().TrimEnd('.');
        faults.Add(value, $"'{Shown(value)}' is not a domain", "give one such as paris.lan");
        return null;
    }

    /// <summary>The first word of a text, and what comes after it.</summary>
    internal static IniText Word(IniText text, out IniText rest)
    {
        int length = 0;
        while (length < text.Length && !IniText.IsSpace(text.Span[length]))
            length++;
        rest = text.Slice(length, text.Length - length).Trim();
        return text.Slice(0, length);
    }

    /// <summary>Adds the items of a list to <paramref name="list"/>; an empty list is no fault, an empty item is.</summary>
    internal static void List<T>(
        in IniText value,
        Faults faults,
        ImmutableArray<T>.Builder list,
        Func<IniText, Faults, T?> item
    )
        where T : struct
    {
        if (value.IsEmpty)
            return;
        IniText? rest = value;
        while (IniText.TryTakeItem(ref rest, out IniText text))
        {
            if (text.IsEmpty)
                faults.Add(text, "an item of the list is empty", "remove the comma");
            else if (item(text, faults) is { } good)
                list.Add(good);
        }
    }

    /// <summary>Decimal digits only; the class library lets zeros (NUL) stand behind them.</summary>
    internal static ulong? Number(ReadOnlySpan<char> text, ulong max) =>
        !text.Contains('\0')
        && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
        && value <= max
            ? value
            : null;

    internal static string Shown(in IniText value) => ShownText.Of(value.Span);
}
