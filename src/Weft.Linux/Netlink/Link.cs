namespace Weft.Linux.Netlink;

/// <summary>A network interface as the kernel describes it (RTM_NEWLINK).</summary>
public sealed record Link
{
    public required int Index { get; init; }

    public required string Name { get; init; }

    /// <summary>IFF_UP: set up by the administrator, which says nothing about a carrier.</summary>
    public bool IsUp { get; init; }

    public int Mtu { get; init; }

    /// <summary>A remark that an administrator or a program left on it; empty when there is none.</summary>
    public string Alias { get; init; } = "";

    /// <summary>What made it, such as <c>tun</c>, <c>wireguard</c> or <c>veth</c>; empty for hardware.</summary>
    public string Kind { get; init; } = "";
}

/// <summary>A change to a <see cref="Link"/>: what is null stays as it is.</summary>
public sealed record LinkChange
{
    public bool? IsUp { get; init; }

    public int? Mtu { get; init; }

    /// <summary>At most 255 bytes; empty takes the remark away.</summary>
    public string? Alias { get; init; }

    public override string ToString() =>
        string.Join(
            ' ',
            new[]
            {
                IsUp is { } up ? (up ? "up" : "down") : null,
                Mtu is { } mtu ? $"mtu {mtu}" : null,
                Alias is { } alias ? $"alias '{alias}'" : null,
            }.Where(part => part is not null)
        );
}
