using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Weft.Config;

/// <summary>A peer's endpoint as it stands in a file: a name or an address, not yet resolved, and a UDP port.</summary>
/// <param name="Host">A name, an IPv4 address, or an IPv6 address without brackets.</param>
public sealed record HostPort(string Host, ushort Port)
{
    /// <summary><c>host:port</c>, an IPv6 address in brackets.</summary>
    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
            : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>The endpoint when <see cref="Host"/> is an address already; null when it is a name.</summary>
    public IPEndPoint? AsAddress() =>
        IPAddress.TryParse(Host, out IPAddress? address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || Host.Split('.').Length == 4)
            ? new IPEndPoint(address, Port)
            : null;
}
