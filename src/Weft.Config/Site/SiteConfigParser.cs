using System.Collections.Immutable;
using System.Net;

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
                ReadAddresses(value);
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

    // For wg-quick spaces part these two lists as commas do, and a comma too many is none.

    void ReadAddresses(IniText rest)
    {
        while (IniText.TryTakeWord(ref rest, out IniText item))
        {
            if (ConfigValue.AddressAndPrefix(item, _faults) is { } address)
                _interface.Addresses.Add(address);
        }
    }

    void ReadDns(IniText rest)
    {
        while (IniText.TryTakeWord(ref rest, out IniText item))
        {
            if (AddressText.Parse(item.Span) is not null || HostName.IsValid(item.Span))
                _interface.Dns.Add(item.ToString());
            else
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
            ConfigValue.List(value, _faults, _interface.Lans, ConfigValue.Lan);
        }
        else if (line.Name.Is("Weft.Domain") && inInterface)
        {
            _interface.Domain = ConfigValue.Domain(value, _faults);
        }
        else if ((line.Name.Is("Weft.Domain") || line.Name.Is("Weft.Lan")) && section == Section.Peer)
        {
            ReadNames(line);
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
                "there are Weft.Site, Weft.Lan and Weft.Domain in [Interface] and [Peer]; Weft.Check, Weft.Failures, Weft.Successes, "
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

    /// <summary>A domain or a mapped network, of the peer or, with <c>of NAME</c>, of a site that it carries to.</summary>
    void ReadNames(in IniLine line)
    {
        const string separator = " of ";
        IniText value = line.Value;
        int at = value.Span.LastIndexOf(separator);
        string? site =
            at < 0 ? null : value.Slice(at + separator.Length, value.Length - at - separator.Length).ToString();
        IniText what = at < 0 ? value : value.Slice(0, at).Trim();
        PeerBuilder peer = _peer!;
        int carried = site is null ? -1 : peer.FindCarried(site);
        if (site is not null && carried < 0)
        {
            _faults.Add(value, $"'{ConfigValue.Shown(value)}' is of a site that no Weft.Relay above names");
        }
        else if (line.Name.Is("Weft.Domain"))
        {
            string? domain = ConfigValue.Domain(what, _faults);
            if (site is null)
                peer.Domain = domain;
            else
                peer.Carries[carried] = peer.Carries[carried] with { Domain = domain };
        }
        else
        {
            ImmutableArray<LanMap>.Builder maps = ImmutableArray.CreateBuilder<LanMap>();
            ConfigValue.List(what, _faults, maps, ConfigValue.Lan);
            if (site is null)
                peer.Maps.AddRange(maps);
            else
                peer.Carries[carried] = peer.Carries[carried] with { Maps = [.. peer.Carries[carried].Maps, .. maps] };
        }
    }

    /// <summary>Name, key and prefixes of a site, the prefixes by commas.</summary>
    void ReadCarried(in IniText value)
    {
        IniText name = ConfigValue.Word(value, out IniText rest);
        IniText key = ConfigValue.Word(rest, out rest);
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
}
