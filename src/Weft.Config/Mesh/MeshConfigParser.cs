using System.Collections.Immutable;
using System.Net;

namespace Weft.Config;

/// <summary>Reads one <c>mesh.conf</c>. A key that stands twice is a fault, unless it is a list.</summary>
sealed class MeshConfigParser(string text, string file)
{
    static readonly string[] Keys =
    [
        "Network",
        "Check",
        "Failures",
        "Successes",
        "HoldDown",
        "HoldDownMax",
        "Name",
        "Endpoint",
        "Port",
        "Domain",
        "Lan",
        "Nat",
        "Address",
        "Relay",
        "Keepalive",
        "Mtu",
        "Ssh",
        "Folder",
    ];

    readonly Faults _faults = new(file);
    readonly ImmutableArray<IPNetwork>.Builder _networks = ImmutableArray.CreateBuilder<IPNetwork>();
    readonly ImmutableArray<MeshSite>.Builder _sites = ImmutableArray.CreateBuilder<MeshSite>();
    readonly ImmutableArray<MeshPlace>.Builder _meshPlaces = ImmutableArray.CreateBuilder<MeshPlace>();

    // Of the site that is being read.
    readonly ImmutableArray<MeshPlace>.Builder _places = ImmutableArray.CreateBuilder<MeshPlace>();
    readonly ImmutableArray<LanMap>.Builder _lans = ImmutableArray.CreateBuilder<LanMap>();
    readonly ImmutableArray<IPAddress>.Builder _addresses = ImmutableArray.CreateBuilder<IPAddress>();
    readonly Dictionary<string, int> _seen = new(StringComparer.OrdinalIgnoreCase);
    MeshConfig _mesh = new();
    MeshSite? _site;
    IniText _heading;

    internal ParseResult<MeshConfig> Parse()
    {
        IniReader lines = new(text);
        Section section = Section.None;
        bool sawMesh = false;
        while (lines.Read(out IniLine line))
        {
            switch (line.Kind)
            {
                case IniLineKind.Section:
                    FinishSite();
                    section = ReadSection(line);
                    if (section == Section.Mesh && sawMesh)
                        _faults.Add(line.Whole, "[Mesh] stands twice", "keep one");
                    sawMesh |= section == Section.Mesh;
                    break;
                case IniLineKind.Unknown when section != Section.Unknown:
                    _faults.Add(line.Whole, "the line is neither [Section] nor Key = value");
                    break;
                case IniLineKind.Pair when section == Section.None:
                    _faults.Add(
                        line.Name,
                        $"'{ConfigValue.Shown(line.Name)}' stands before any section",
                        "start with [Mesh]"
                    );
                    break;
                case IniLineKind.Pair when section is Section.Mesh or Section.Site:
                    ReadPair(line, section);
                    break;
            }
        }
        FinishSite();
        if (!sawMesh)
            _faults.Add(0, "there is no [Mesh] section");
        else if (_networks.Count == 0 && !_seen.ContainsKey("Mesh.Network"))
            _faults.Add(0, "[Mesh] has no Network", "give the tunnel addresses, such as Network = 192.168.192.0/24");
        if (_faults.Any)
            return new(null, _faults.ToImmutable());
        MeshConfig mesh = _mesh with
        {
            Networks = _networks.DrainToImmutable(),
            Sites = _sites.DrainToImmutable(),
            Places = _meshPlaces.DrainToImmutable(),
        };
        return new(mesh, []);
    }

    Section ReadSection(in IniLine line)
    {
        if (line.Name.Is("Mesh"))
            return Section.Mesh;
        if (line.Name.Is("Site"))
        {
            _site = new MeshSite { Name = "", Line = line.Whole.Line };
            _heading = line.Whole;
            foreach (string key in _seen.Keys.Where(k => k.StartsWith("Site.", StringComparison.Ordinal)).ToList())
                _seen.Remove(key);
            return Section.Site;
        }
        _faults.Add(line.Whole, $"[{ConfigValue.Shown(line.Name)}] is not a section", "there are [Mesh] and [Site]");
        return Section.Unknown;
    }

    void ReadPair(in IniLine line, Section section)
    {
        string key = line.Name.ToString();
        bool list = line.Name.Is("Network") || line.Name.Is("Lan") || line.Name.Is("Address");
        int first = _seen.GetValueOrDefault($"{section}.{key}");
        _seen[$"{section}.{key}"] = line.Whole.Line;
        if (first != 0 && !list)
            _faults.Add(line.Name, $"'{ConfigValue.Shown(line.Name)}' stands twice, first on line {first}", "keep one");
        else if (line.Value.IsEmpty)
            _faults.Add(line.Name, $"'{ConfigValue.Shown(line.Name)}' has no value", "give one or remove the line");
        else if (section == Section.Mesh ? ReadMesh(key, line.Value) : ReadSite(key, line.Value, _site!))
            Remember(section, line, list);
        else
            _faults.Add(
                line.Name,
                $"'{ConfigValue.Shown(line.Name)}' is not a key of [{section}]",
                section == Section.Mesh
                    ? "there are Network, Check, Failures, Successes, HoldDown, HoldDownMax, Port"
                    : "there are Name, Domain, Endpoint, Port, Lan, Nat, Address, Relay, Keepalive, Mtu, Ssh, Folder"
            );
    }

    /// <summary>Keeps where each value stands.</summary>
    void Remember(Section section, in IniLine line, bool list)
    {
        string key = Array.Find(Keys, line.Name.Is)!;
        ImmutableArray<MeshPlace>.Builder places = section == Section.Mesh ? _meshPlaces : _places;
        IniText? rest = line.Value;
        if (!list)
            places.Add(new MeshPlace(key, line.Value.Line, line.Value.Column));
        while (list && IniText.TryTakeItem(ref rest, out IniText item))
            places.Add(new MeshPlace(key, item.Line, item.Column));
    }

    LinkRules Links
    {
        get => _mesh.Links;
        set => _mesh = _mesh with { Links = value };
    }

    bool ReadMesh(string key, in IniText value)
    {
        switch (key.ToLowerInvariant())
        {
            case "network":
                ConfigValue.List(value, _faults, _networks, (t, f) => ConfigValue.Network(t, f));
                return true;
            case "check":
                _mesh = _mesh with { Check = ConfigValue.Seconds(value, _faults) ?? default };
                return true;
            case "failures":
                Links = Links with { Failures = ConfigValue.Checks(value, _faults) ?? default };
                return true;
            case "successes":
                Links = Links with { Successes = ConfigValue.Checks(value, _faults) ?? default };
                return true;
            case "holddown":
                Links = Links with { HoldDown = ConfigValue.SecondsOrNone(value, _faults) ?? default };
                return true;
            case "holddownmax":
                Links = Links with { HoldDownMax = ConfigValue.Seconds(value, _faults) ?? default };
                return true;
            case "port":
                _mesh = _mesh with { Port = ConfigValue.Port(value, _faults) ?? default };
                return true;
            default:
                return false;
        }
    }

    bool ReadSite(string key, in IniText value, MeshSite site)
    {
        switch (key.ToLowerInvariant())
        {
            case "name":
                if (!HostName.IsValid(value.Span) || ShownText.HoldsKey(value.Span))
                    _faults.Add(value, $"'{ConfigValue.Shown(value)}' is not a host name", "give the site's FQDN");
                _site = site with { Name = value.ToString() };
                return true;
            case "endpoint":
                _site = ReadEndpoint(value, site);
                return true;
            case "port":
                _site = site with { Port = ConfigValue.Port(value, _faults) };
                return true;
            case "lan":
                ConfigValue.List(value, _faults, _lans, ConfigValue.Lan);
                return true;
            case "domain":
                _site = site with { Domain = ConfigValue.Domain(value, _faults) };
                return true;
            case "nat":
                _site = site with { Nat = ConfigValue.YesNo(value, _faults) ?? false };
                return true;
            case "address":
                ReadAddresses(value);
                return true;
            case "relay":
                _site = site with { Relay = ConfigValue.YesNo(value, _faults) ?? false };
                return true;
            case "keepalive":
                _site = site with { Keepalive = ConfigValue.Keepalive(value, _faults) };
                return true;
            case "mtu":
                _site = site with { Mtu = ConfigValue.Mtu(value, _faults) };
                return true;
            case "ssh":
                _site = site with { Ssh = ReadSsh(value) };
                return true;
            case "folder":
                _site = site with { Folder = ReadFolder(value) };
                return true;
            default:
                return false;
        }
    }

    /// <summary><c>host</c>, <c>host:port</c>, <c>[::1]:port</c> or a bare IPv6 address.</summary>
    MeshSite ReadEndpoint(in IniText value, MeshSite site)
    {
        ReadOnlySpan<char> text = value.Span;
        if (ShownText.HoldsKey(text))
        {
            _faults.Add(value, $"'{ConfigValue.Shown(value)}' is not a host", "give a name or an address");
            return site;
        }
        (string? host, ushort? port) = ReadPlace(value);
        return site with { EndpointHost = host, EndpointPort = port };
    }

    /// <summary>A host, and a port where one follows.</summary>
    (string? Host, ushort? Port) ReadPlace(in IniText value)
    {
        ReadOnlySpan<char> text = value.Span;
        bool bareV6 = text[0] != '[' && text.Count(':') > 1;
        if (bareV6 || text[^1] == ']' || !text.Contains(':'))
            return (ConfigValue.Host(value, _faults, bareV6: true), null);
        HostPort? place = ConfigValue.Endpoint(value, _faults);
        return (place?.Host, place?.Port);
    }

    /// <summary>As <see cref="ReadEndpoint"/>, with a login name and an <c>@</c> before it or not.</summary>
    SshDestination? ReadSsh(in IniText value)
    {
        const string remedy = "write [user@]host[:port], or an alias of ~/.ssh/config";
        int at = value.Span.LastIndexOf('@');
        string? user = at < 0 ? null : value.Slice(0, at).ToString();
        IniText place = value.Slice(at + 1, value.Length - at - 1);
        if (ShownText.HoldsKey(value.Span) || place.IsEmpty || (user is not null && !SshDestination.IsUser(user)))
        {
            _faults.Add(value, $"'{ConfigValue.Shown(value)}' is no place to log in", remedy);
            return null;
        }
        (string? host, ushort? port) = ReadPlace(place);
        if (host is null)
            return null;
        if (SshDestination.IsHost(host))
            return new SshDestination(user, host, port);
        _faults.Add(place, $"'{ConfigValue.Shown(place)}' is no host to log in to", remedy);
        return null;
    }

    string? ReadFolder(in IniText value)
    {
        if (MeshSite.IsFolder(value.Span) && !ShownText.HoldsKey(value.Span))
            return value.Span.TrimEnd('/').ToString();
        _faults.Add(
            value,
            $"'{ConfigValue.Shown(value)}' is not a folder of a site",
            "give an absolute path of letters, digits, '.', '_' and '-', such as /jffs/weft"
        );
        return null;
    }

    /// <summary>Plain addresses: which network each belongs to is plain from [Mesh].</summary>
    void ReadAddresses(in IniText value)
    {
        IniText? rest = value;
        while (IniText.TryTakeItem(ref rest, out IniText item))
            if (ConfigValue.Address(item, _faults) is { } address)
                _addresses.Add(address);
    }

    void FinishSite()
    {
        if (_site is null)
            return;
        if (_site.Name.Length == 0 && !_seen.ContainsKey("Site.Name"))
            _faults.Add(_heading, "the site has no Name", "give its FQDN");
        _sites.Add(
            _site with
            {
                MappedLans = _lans.ToImmutable(),
                Addresses = _addresses.DrainToImmutable(),
                Places = _places.DrainToImmutable(),
            }
        );
        _lans.Clear();
        _site = null;
    }

    enum Section
    {
        None,
        Mesh,
        Site,
        Unknown,
    }
}
