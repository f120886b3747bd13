using System.Collections.Immutable;
using System.Net;

namespace Weft.Config;

/// <summary>
/// <c>mesh.conf</c>: the whole mesh as a person writes it and keeps it in version control. Holds no secrets. That the
/// sites fit together (overlaps, duplicates, reachability) is the preflight's to say, not the parser's.
/// </summary>
public sealed record MeshConfig
{
    /// <summary>The tunnel networks, IPv4 and IPv6.</summary>
    public ImmutableArray<IPNetwork> Networks { get; init; } = [];

    /// <summary>Time between two probes.</summary>
    public TimeSpan Check { get; init; } = DefaultCheck;

    /// <summary>When a link is down, and when up again.</summary>
    public LinkRules Links { get; init; } = LinkRules.Default;

    /// <summary>Of the sites that name none.</summary>
    public ushort Port { get; init; } = DefaultPort;

    public ImmutableArray<MeshSite> Sites { get; init; } = [];

    /// <summary>Where the values of <c>[Mesh]</c> stand; empty when they came from no file.</summary>
    public ImmutableArray<MeshPlace> Places { get; init; } = [];

    public const ushort DefaultPort = 51820;

    public static TimeSpan DefaultCheck => TimeSpan.FromSeconds(10);
}

/// <summary>One <c>[Site]</c> of a <see cref="MeshConfig"/>: what is null was not in the file.</summary>
public sealed record MeshSite
{
    /// <summary>The FQDN: folder name, and the endpoint unless <see cref="EndpointHost"/> says otherwise.</summary>
    public required string Name { get; init; }

    /// <summary>A name or an address, IPv6 without brackets.</summary>
    public string? EndpointHost { get; init; }

    /// <summary>Where others dial, when a router maps another port to <see cref="Port"/>.</summary>
    public ushort? EndpointPort { get; init; }

    /// <summary>Where the site listens.</summary>
    public ushort? Port { get; init; }

    public ImmutableArray<IPNetwork> Lans { get; init; } = [];

    /// <summary>Those of them that the other sites reach under another prefix.</summary>
    public ImmutableArray<LanMap> Maps { get; init; } = [];

    /// <summary><see cref="Lans"/> and <see cref="Maps"/> in one, as <c>Lan</c> has them: set together, they fit.</summary>
    public ImmutableArray<LanMap> MappedLans
    {
        get => [.. Lans.Select(lan => new LanMap(lan, Shown(lan)))];
        init
        {
            Lans = [.. value.Select(lan => lan.Real)];
            Maps = [.. value.Where(lan => lan.IsMapped).Distinct()];
        }
    }

    /// <summary>The domain of the names of its hosts.</summary>
    public string? Domain { get; init; }

    /// <summary>Nobody can dial in.</summary>
    public bool Nat { get; init; }

    /// <summary>Tunnel addresses; given in order when empty.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>Carries traffic between sites that cannot reach each other.</summary>
    public bool Relay { get; init; }

    /// <summary>Seconds.</summary>
    public ushort? Keepalive { get; init; }

    public ushort? Mtu { get; init; }

    /// <summary>Where its administrator logs in; null for its name.</summary>
    public SshDestination? Ssh { get; init; }

    /// <summary>The folder that it runs from, absolute; null for the usual one. See <see cref="IsFolder"/>.</summary>
    public string? Folder { get; init; }

    /// <summary>The prefix under which the other sites reach a network of this one.</summary>
    public IPNetwork Shown(IPNetwork lan)
    {
        foreach (LanMap map in Maps)
        {
            if (map.Real == lan)
                return map.Shown;
        }
        return lan;
    }

    /// <summary>Of the section's heading, for faults found later; 0 when it came from no file.</summary>
    public int Line { get; init; }

    /// <summary>Where the section's values stand; empty when they came from no file.</summary>
    public ImmutableArray<MeshPlace> Places { get; init; } = [];

    /// <summary>Whether a path can be a site's <see cref="Folder"/>: absolute, without a character that means more to a shell.</summary>
    public static bool IsFolder(ReadOnlySpan<char> path)
    {
        if (path.Length is < 2 or > 200 || path[0] != '/')
            return false;
        foreach (Range part in path[1..].TrimEnd('/').Split('/'))
        {
            if (path[1..][part] is "" or "." or "..")
                return false;
        }
        foreach (char c in path)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '.' or '_' or '-'))
                return false;
        }
        return true;
    }
}

/// <summary>Where one value stands, for faults found later. A list has one for each of its values, in their order.</summary>
/// <param name="Key">As the format spells it, such as <c>Lan</c>.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
public readonly record struct MeshPlace(string Key, int Line, int Column);
