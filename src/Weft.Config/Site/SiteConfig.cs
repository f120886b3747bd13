using System.Collections.Immutable;
using System.Net;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>
/// One site: a wg-quick file, with what wg-quick has no key for in <c># Weft.</c> comments. Written to a file by
/// <see cref="SiteConfigText"/>, made real by Weft.Control.
/// </summary>
public sealed record SiteConfig
{
    public InterfaceSection Interface { get; init; } = new();

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<PeerSection> Peers { get; init; } = [];
}

/// <summary>The <c>[Interface]</c> section of a <see cref="SiteConfig"/>: what is null was not in the file.</summary>
public sealed record InterfaceSection
{
    public PrivateKey? PrivateKey { get; init; }

    public ushort? ListenPort { get; init; }

    /// <summary>0 is off.</summary>
    public uint? FirewallMark { get; init; }

    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    public ushort? Mtu { get; init; }

    public RouteTable Table { get; init; } = RouteTable.Auto;

    /// <summary>Addresses of servers and, among them, search domains.</summary>
    public ImmutableArray<string> Dns { get; init; } = [];

    /// <summary>Shell commands; <c>%i</c> stands for the interface.</summary>
    public ImmutableArray<string> PreUp { get; init; } = [];

    public ImmutableArray<string> PostUp { get; init; } = [];

    public ImmutableArray<string> PreDown { get; init; } = [];

    public ImmutableArray<string> PostDown { get; init; } = [];

    public bool SaveConfig { get; init; }

    /// <summary><c># Weft.Site</c>: this site's name in the mesh.</summary>
    public string? Site { get; init; }

    /// <summary><c># Weft.Lan</c>: the networks behind this site.</summary>
    public ImmutableArray<IPNetwork> Lans { get; init; } = [];

    /// <summary>Those of them that the other sites reach under another prefix.</summary>
    public ImmutableArray<LanMap> Maps { get; init; } = [];

    /// <summary><c># Weft.Domain</c>: the domain of the names of this site's hosts; null when it has none.</summary>
    public string? Domain { get; init; }

    /// <summary><c># Weft.Check</c>: time between two checks of the links. Null: nobody watches them.</summary>
    public TimeSpan? Check { get; init; }

    /// <summary><c># Weft.Failures</c> and the rest: when a link is down, and when up again.</summary>
    public LinkRules Links { get; init; } = LinkRules.Default;

    /// <summary><c># Weft.Hook</c>: shell commands for when a link goes down or comes up.</summary>
    public ImmutableArray<string> Hooks { get; init; } = [];
}

/// <summary>One <c>[Peer]</c> section of a <see cref="SiteConfig"/>.</summary>
public sealed record PeerSection
{
    /// <summary><c># Weft.Site</c>: the peer's name in the mesh.</summary>
    public string? Site { get; init; }

    public required PublicKey PublicKey { get; init; }

    /// <summary>
    /// <c># Weft.Replaces</c>: the peer's key until now. While both stand in the file, the allowed IPs of that one belong to
    /// whichever of the two keys the peer used last. Null: its key is not being changed.
    /// </summary>
    public PublicKey? Replaces { get; init; }

    public PresharedKey? PresharedKey { get; init; }

    public ImmutableArray<AllowedIpChange> AllowedIps { get; init; } = [];

    public HostPort? Endpoint { get; init; }

    /// <summary>Seconds, 0 is off.</summary>
    public ushort? PersistentKeepalive { get; init; }

    /// <summary><c># Weft.Relay</c>: the sites that cannot be reached directly and that this peer can carry traffic to.</summary>
    public ImmutableArray<CarriedSite> Carries { get; init; } = [];

    /// <summary><c># Weft.Domain</c>: the domain of the names of its hosts; null when it has none.</summary>
    public string? Domain { get; init; }

    /// <summary><c># Weft.Lan</c>: networks behind it whose allowed IP is not what its own hosts call them.</summary>
    public ImmutableArray<LanMap> Maps { get; init; } = [];
}

/// <summary>
/// A site that is reached through another. Every peer that can carry to it says so; the one that does while all is well has
/// the prefixes among its allowed IPs, as any tool understands it.
/// </summary>
/// <param name="Site">Its name in the mesh.</param>
/// <param name="PublicKey">Says which site it is, also after a change of its name.</param>
/// <param name="Prefixes">Its own addresses in the tunnel and the networks behind it.</param>
public sealed record CarriedSite(string Site, PublicKey PublicKey, ImmutableArray<IPNetwork> Prefixes)
{
    /// <inheritdoc cref="PeerSection.Domain"/>
    public string? Domain { get; init; }

    /// <inheritdoc cref="PeerSection.Maps"/>
    public ImmutableArray<LanMap> Maps { get; init; } = [];
}

/// <summary>An address of the interface and the prefix of the network that it stands in; host bits kept.</summary>
public readonly record struct InterfaceAddress(IPAddress Address, int PrefixLength)
{
    public override string ToString() => $"{Address}/{PrefixLength}";
}

/// <summary>wg-quick's <c>Table</c>: which routing table gets the routes.</summary>
/// <param name="Kind">Whether routes are made at all.</param>
/// <param name="Number">Of the table, for <see cref="RouteTableKind.Number"/>.</param>
public readonly record struct RouteTable(RouteTableKind Kind, uint Number = 0)
{
    public static RouteTable Auto => new(RouteTableKind.Auto);

    public static RouteTable Off => new(RouteTableKind.Off);
}

public enum RouteTableKind
{
    /// <summary>The main table, except for default routes.</summary>
    Auto,

    /// <summary>No routes.</summary>
    Off,

    /// <summary>The table of that number.</summary>
    Number,
}
