using System.Collections.Immutable;
using System.Net;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>
/// Reads one wg-quick file. Keys are read without regard to case; of a key that stands twice the last counts, and
/// lists add up, as with the stock tools. What those would ignore or misread is a fault here.
/// </summary>
sealed class SiteConfigParser(string text, string file)
{
    readonly Faults _faults = new(file);
    readonly InterfaceBuilder _interface = new();
    readonly ImmutableArray<PeerSection>.Builder _peers = ImmutableArray.CreateBuilder<PeerSection>();
    PeerBuilder? _peer;

    internal ParseResult<SiteConfig> Parse()
    {
        IniReader lines = new(text);
        Section section = Section.None;
        bool sawInterface = false;
        while (lines.Read(out IniLine line))
        {
            switch (line.Kind)
            {
                case IniLineKind.Section:
                    FinishPeer();
                    section = ReadSection(line);
                    sawInterface |= section == Section.Interface;
                    break;
                case IniLineKind.Unknown when section != Section.Unknown:
                    _faults.Add(line.Whole, "the line is neither [Section] nor Key = value");
                    break;
                case IniLineKind.Pair when section == Section.Interface:
                    ReadInterface(line);
                    break;
                case IniLineKind.Pair when section == Section.Peer:
                    ReadPeer(line);
                    break;
                case IniLineKind.Pair when section == Section.None:
                    _faults.Add(
                        line.Name,
                        $"'{ConfigValue.Shown(line.Name)}' stands before any section",
                        "start with [Interface]"
                    );
                    break;
                case IniLineKind.Directive:
                    ReadDirective(line, section);
                    break;
            }
        }
        FinishPeer();
        if (!sawInterface)
            _faults.Add(0, "there is no [Interface] section");
        if (!_faults.Any)
            return new(new SiteConfig { Interface = _interface.Build(), Peers = _peers.DrainToImmutable() }, []);
        _interface.PrivateKey?.Dispose();
        foreach (PeerSection peer in _peers)
            peer.PresharedKey?.Dispose();
        return new(null, _faults.ToImmutable());
    }

    Section ReadSection(in IniLine line)
    {
        if (line.Name.Is("Interface"))
            return Section.Interface;
        if (line.Name.Is("Peer"))
        {
            _peer = new PeerBuilder(line.Whole);
            return Section.Peer;
        }
        _faults.Add(
            line.Whole,
            $"[{ConfigValue.Shown(line.Name)}] is not a section",
            "there are [Interface] and [Peer]"
        );
        return Section.Unknown;
    }

    void ReadInterface(in IniLine line)
    {
        IniText value = line.Value;
        bool mayBeEmpty = line.Name.Is("Address") || line.Name.Is("DNS");
        if (value.IsEmpty && !mayBeEmpty)
        {
            Empty(line);
            return;
        }
        switch (line.Name.ToString().ToLowerInvariant())
        {
            case "privatekey":
                _interface.PrivateKey?.Dispose();
                _interface.PrivateKey = ConfigValue.PrivateKey(value, _faults);
                break;
            case "listenport":
                _interface.ListenPort = ConfigValue.ListenPort(value, _faults);
                break;
            case "fwmark":
                _interface.FirewallMark = ConfigValue.Mark(value, _faults);
                break;
            case "address":
                ConfigValue.List(value, _faults, _interface.Addresses, (t, f) => ConfigValue.AddressAndPrefix(t, f));
                break;
            case "mtu":
                _interface.Mtu = ConfigValue.Mtu(value, _faults);
                break;
            case "table":
                _interface.Table = ConfigValue.Table(value, _faults) ?? RouteTable.Auto;
                break;
            case "dns":
                ReadDns(value);
                break;
            case "preup":
                _interface.PreUp.Add(value.ToString());
                break;
            case "postup":
                _interface.PostUp.Add(value.ToString());
                break;
            case "predown":
                _interface.PreDown.Add(value.ToString());
                break;
            case "postdown":
                _interface.PostDown.Add(value.ToString());
                break;
            case "saveconfig":
                _interface.SaveConfig = ConfigValue.YesNo(value, _faults) ?? false;
                break;
            default:
                Unknown(line, "[Interface]");
                break;
        }
    }

    void ReadDns(in IniText value)
    {
        IniText? rest = value.IsEmpty ? null : value;
        while (IniText.TryTakeItem(ref rest, out IniText item))
        {
            if (AddressText.Parse(item.Span) is not null || HostName.IsValid(item.Span))
                _interface.Dns.Add(item.ToString());
            else if (!item.IsEmpty) // wg-quick passes over a comma too many
                _faults.Add(item, $"'{ConfigValue.Shown(item)}' is neither an address nor a search domain");
        }
    }

    void ReadPeer(in IniLine line)
    {
        PeerBuilder peer = _peer!;
        IniText value = line.Value;
        if (value.IsEmpty && !line.Name.Is("AllowedIPs"))
        {
            Empty(line);
            return;
        }
        switch (line.Name.ToString().ToLowerInvariant())
        {
            case "publickey":
                peer.PublicKey = ConfigValue.PublicKey(value, _faults);
                peer.SawPublicKey = true;
                break;
            case "presharedkey":
                peer.PresharedKey?.Dispose();
                peer.PresharedKey = ConfigValue.PresharedKey(value, _faults);
                break;
            case "allowedips":
                ConfigValue.List(value, _faults, peer.AllowedIps, AllowedIp);
                break;
            case "endpoint":
                peer.Endpoint = ConfigValue.Endpoint(value, _faults);
                break;
            case "persistentkeepalive":
                peer.PersistentKeepalive = ConfigValue.Keepalive(value, _faults);
                break;
            default:
                Unknown(line, "[Peer]");
                break;
        }
    }

    /// <summary>Host bits are taken as the stock tools take them: dropped.</summary>
    static AllowedIpChange? AllowedIp(IniText value, Faults faults)
    {
        bool signed = value.Span[0] is '+' or '-';
        IniText written = signed ? value.Slice(1, value.Length - 1) : value;
        return ConfigValue.AddressAndPrefix(written, faults) is { } prefix
            ? new AllowedIpChange(prefix.Address, prefix.PrefixLength, value.Span[0] == '-')
            : null;
    }

    void ReadDirective(in IniLine line, Section section)
    {
        IniText value = line.Value;
        bool inInterface = section == Section.Interface;
        if (line.Name.Is("Weft.Site") && section is Section.Interface or Section.Peer)
        {
            if (!HostName.IsValid(value.Span))
                _faults.Add(value, $"'{ConfigValue.Shown(value)}' is not a site's name");
            else if (inInterface)
                _interface.Site = value.ToString();
            else
                _peer!.Site = value.ToString();
        }
        else if (line.Name.Is("Weft.Lan") && inInterface)
        {
            ConfigValue.List(value, _faults, _interface.Lans, (t, f) => ConfigValue.Network(t, f));
        }
        else if (inInterface && ReadWatch(line))
        {
            // Taken.
        }
        else if (line.Name.Is("Weft.Relay") && section == Section.Peer)
        {
            ReadCarried(value);
        }
        else if (line.Name.Is("Weft.Replaces") && section == Section.Peer)
        {
            _peer!.Replaces = ConfigValue.PublicKey(value, _faults);
        }
        else if (section != Section.Unknown)
        {
            _faults.Add(
                line.Name,
                $"'{ConfigValue.Shown(line.Name)}' is not known here",
                "there are Weft.Site in [Interface] and [Peer]; Weft.Lan, Weft.Check, Weft.Failures, Weft.Successes, "
                    + "Weft.HoldDown, Weft.HoldDownMax and Weft.Hook in [Interface]; Weft.Relay and Weft.Replaces in [Peer]"
            );
        }
    }

    /// <summary>How the links are watched; false when the line is about something else.</summary>
    bool ReadWatch(in IniLine line)
    {
        IniText value = line.Value;
        LinkRules links = _interface.Links;
        switch (line.Name.ToString().ToLowerInvariant())
        {
            case "weft.check":
                _interface.Check = ConfigValue.Seconds(value, _faults);
                return true;
            case "weft.failures":
                _interface.Links = links with { Failures = ConfigValue.Checks(value, _faults) ?? default };
                return true;
            case "weft.successes":
                _interface.Links = links with { Successes = ConfigValue.Checks(value, _faults) ?? default };
                return true;
            case "weft.holddown":
                _interface.Links = links with { HoldDown = ConfigValue.SecondsOrNone(value, _faults) ?? default };
                return true;
            case "weft.holddownmax":
                _interface.Links = links with { HoldDownMax = ConfigValue.Seconds(value, _faults) ?? default };
                return true;
            case "weft.hook":
                if (value.IsEmpty)
                    Empty(line);
                _interface.Hooks.Add(value.ToString());
                return true;
            default:
                return false;
        }
    }

    /// <summary>Name, key and prefixes of a site, the prefixes by commas.</summary>
    void ReadCarried(in IniText value)
    {
        IniText name = TakeWord(value, out IniText rest);
        IniText key = TakeWord(rest, out rest);
        if (!HostName.IsValid(name.Span))
            _faults.Add(name, $"'{ConfigValue.Shown(name)}' is not a site's name");
        if (rest.IsEmpty)
        {
            _faults.Add(value, "a site's name, its public key and its prefixes belong here");
            return;
        }
        ImmutableArray<IPNetwork>.Builder prefixes = ImmutableArray.CreateBuilder<IPNetwork>();
        ConfigValue.List(rest, _faults, prefixes, (t, f) => ConfigValue.Network(t, f));
        if (ConfigValue.PublicKey(key, _faults) is { } publicKey)
            _peer!.Carries.Add(new CarriedSite(name.ToString(), publicKey, prefixes.ToImmutable()));
    }

    static IniText TakeWord(IniText text, out IniText rest)
    {
        int length = 0;
        while (length < text.Length && !IniText.IsSpace(text.Span[length]))
            length++;
        rest = text.Slice(length, text.Length - length).Trim();
        return text.Slice(0, length);
    }

    void FinishPeer()
    {
        if (_peer is null)
            return;
        if (_peer.PublicKey is { } key)
            _peers.Add(_peer.Build(key));
        else
            _peer.PresharedKey?.Dispose();
        if (!_peer.SawPublicKey)
            _faults.Add(_peer.Heading, "the peer has no PublicKey");
        _peer = null;
    }

    void Empty(in IniLine line) =>
        _faults.Add(line.Name, $"'{ConfigValue.Shown(line.Name)}' has no value", "give one or remove the line");

    void Unknown(in IniLine line, string section) =>
        _faults.Add(line.Name, $"'{ConfigValue.Shown(line.Name)}' is not a key of {section}");

    enum Section
    {
        None,
        Interface,
        Peer,
        Unknown,
    }

    sealed class InterfaceBuilder
    {
        internal PrivateKey? PrivateKey;
        internal ushort? ListenPort;
        internal uint? FirewallMark;
        internal ushort? Mtu;
        internal RouteTable Table;
        internal bool SaveConfig;
        internal string? Site;
        internal TimeSpan? Check;
        internal LinkRules Links = LinkRules.Default;
        internal readonly ImmutableArray<string>.Builder Hooks = ImmutableArray.CreateBuilder<string>();
        internal readonly ImmutableArray<InterfaceAddress>.Builder Addresses =
            ImmutableArray.CreateBuilder<InterfaceAddress>();
        internal readonly ImmutableArray<IPNetwork>.Builder Lans = ImmutableArray.CreateBuilder<IPNetwork>();
        internal readonly ImmutableArray<string>.Builder Dns = ImmutableArray.CreateBuilder<string>();
        internal readonly ImmutableArray<string>.Builder PreUp = ImmutableArray.CreateBuilder<string>();
        internal readonly ImmutableArray<string>.Builder PostUp = ImmutableArray.CreateBuilder<string>();
        internal readonly ImmutableArray<string>.Builder PreDown = ImmutableArray.CreateBuilder<string>();
        internal readonly ImmutableArray<string>.Builder PostDown = ImmutableArray.CreateBuilder<string>();

        internal InterfaceSection Build() =>
            new()
            {
                PrivateKey = PrivateKey,
                ListenPort = ListenPort,
                FirewallMark = FirewallMark,
                Addresses = Addresses.DrainToImmutable(),
                Mtu = Mtu,
                Table = Table,
                Dns = Dns.DrainToImmutable(),
                PreUp = PreUp.DrainToImmutable(),
                PostUp = PostUp.DrainToImmutable(),
                PreDown = PreDown.DrainToImmutable(),
                PostDown = PostDown.DrainToImmutable(),
                SaveConfig = SaveConfig,
                Site = Site,
                Lans = Lans.DrainToImmutable(),
                Check = Check,
                Links = Links,
                Hooks = Hooks.DrainToImmutable(),
            };
    }

    sealed class PeerBuilder(IniText heading)
    {
        internal readonly IniText Heading = heading;
        internal string? Site;
        internal PublicKey? PublicKey;
        internal PublicKey? Replaces;
        internal bool SawPublicKey;
        internal PresharedKey? PresharedKey;
        internal HostPort? Endpoint;
        internal ushort? PersistentKeepalive;
        internal readonly ImmutableArray<AllowedIpChange>.Builder AllowedIps =
            ImmutableArray.CreateBuilder<AllowedIpChange>();
        internal readonly ImmutableArray<CarriedSite>.Builder Carries = ImmutableArray.CreateBuilder<CarriedSite>();

        internal PeerSection Build(PublicKey key) =>
            new()
            {
                Site = Site,
                PublicKey = key,
                Replaces = Replaces,
                PresharedKey = PresharedKey,
                AllowedIps = AllowedIps.DrainToImmutable(),
                Endpoint = Endpoint,
                PersistentKeepalive = PersistentKeepalive,
                Carries = Carries.DrainToImmutable(),
            };
    }
}
