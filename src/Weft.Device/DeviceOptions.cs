namespace Weft.Device;

/// <summary>What can be chosen when a device is made.</summary>
public sealed record DeviceOptions
{
    /// <summary>The folder of UAPI sockets that every WireGuard tool looks into.</summary>
    public const string DefaultSocketFolder = "/var/run/wireguard";

    /// <summary>The interface's name, at most 15 bytes; its socket is <c>NAME.sock</c>.</summary>
    public required string Name { get; init; }

    public string SocketFolder { get; init; } = DefaultSocketFolder;

    /// <summary>False keeps the kernel from segmenting and joining for us, on the TUN and on the sockets.</summary>
    public bool Offloads { get; init; } = true;

    /// <summary>No handshake is stamped with a time before this, in seconds since 1970 UTC; 0 for none.</summary>
    public long NotBefore { get; init; }

    /// <summary>MTU that a new interface gets: 1500 less the overhead of IPv6, UDP and WireGuard.</summary>
    public int Mtu { get; init; } = 1420;
}
