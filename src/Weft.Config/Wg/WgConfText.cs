using System.Collections.Immutable;
using System.Net;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>The files of <c>wg setconf</c>, <c>addconf</c> and <c>syncconf</c>.</summary>
public static class WgConfText
{
    /// <summary>
    /// Reads a file's text. What the file does not set is null; of a key that stands twice the last counts; allowed IPs
    /// replace those of the peer. <paramref name="file"/> is its name in the faults.
    /// </summary>
    public static ParseResult<DeviceConfig> Parse(string text, string file, IEndpointNames names) =>
        new WgConfParser(text, file, names).Parse();
}

/// <summary>
/// Reads one such file as WireGuard's own tool does: white space counts nowhere, not even within a word, and a line
/// ends at a NUL.
/// </summary>
sealed class WgConfParser(string text, string file, IEndpointNames names)
{
    readonly Faults _faults = new(file);
    readonly ImmutableArray<PeerConfig>.Builder _peers = ImmutableArray.CreateBuilder<PeerConfig>();
    readonly ImmutableArray<AllowedIpChange>.Builder _allowed = ImmutableArray.CreateBuilder<AllowedIpChange>();
    DeviceConfig _device = new();
    PeerConfig? _peer;
    IniText _heading;
    bool _hasPublicKey;

    internal ParseResult<DeviceConfig> Parse()
    {
        Section section = Section.None;
        int number = 0;
        for (int start = 0; start < text.Length; )
        {
            int length = text.AsSpan(start).IndexOf('\n');
            if (length < 0)
                length = text.Length - start;
            IniText line = Cut(new IniText(text, ++number, start, start, length));
            start += length + 1;
            if (line.IsEmpty)
                continue;
            string stripped = Strip(line.Span);
            if (stripped.Equals("[Interface]", StringComparison.OrdinalIgnoreCase))
                section = Section.Interface;
            else if (stripped.Equals("[Peer]", StringComparison.OrdinalIgnoreCase))
                section = StartPeer(line);
            else if (!ReadPair(section, line, stripped))
                _faults.Add(line, $"'{ConfigValue.Shown(KeyOf(line))}' is not understood here", Known(section));
        }
        FinishPeer();
        if (!_faults.Any)
            return new(_device with { Peers = _peers.DrainToImmutable() }, []);
        _device.PrivateKey?.Dispose();
        foreach (PeerConfig peer in _peers)
            peer.PresharedKey?.Dispose();
        return new(null, _faults.ToImmutable());
    }

    static IniText Cut(IniText line)
    {
        int end = line.Span.IndexOfAny('#', '\0');
        return (end < 0 ? line : line.Slice(0, end)).Trim();
    }

    static string Strip(ReadOnlySpan<char> line)
    {
        Span<char> kept = line.Length <= 256 ? stackalloc char[256] : new char[line.Length];
        int length = 0;
        foreach (char c in line)
            if (!IniText.IsSpace(c))
                kept[length++] = c;
        return kept[..length].ToString();
    }

    Section StartPeer(IniText heading)
    {
        FinishPeer();
        _peer = new PeerConfig { PublicKey = default, ReplaceAllowedIps = true };
        _heading = heading;
        _hasPublicKey = false;
        return Section.Peer;
    }

    void FinishPeer()
    {
        if (_peer is null)
            return;
        if (!_hasPublicKey)
            _faults.Add(_heading, "the peer has no PublicKey");
        _peers.Add(_peer with { AllowedIps = _allowed.DrainToImmutable() });
        _peer = null;
    }

    bool ReadPair(Section section, IniText line, string stripped)
    {
        int equals = stripped.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || equals + 1 == stripped.Length)
            return false;
        int there = line.Span.IndexOf('=') + 1;
        IniText where = line.Slice(there, line.Length - there).Trim();
        string value = stripped[(equals + 1)..];
        string key = stripped[..equals].ToLowerInvariant();
        return section switch
        {
            Section.Interface => ReadInterface(key, value, where),
            // The heading's section comes again after a later [Interface], whose keys are the device's.
            Section.Peer => ReadPeer(key, value, where, _peer!),
            _ => false,
        };
    }

    bool ReadInterface(string key, string value, IniText where)
    {
        switch (key)
        {
            case "listenport":
                ushort? port = names.FindPort(value, out string? why);
                _device = _device with { ListenPort = port };
                Check(port is not null, where, $"'{ConfigValue.Shown(where)}' is not a port: {why}");
                return true;
            case "fwmark":
                _device = _device with { FirewallMark = WgValue.Mark(value) };
                Check(
                    _device.FirewallMark is not null,
                    where,
                    $"'{ConfigValue.Shown(where)}' is neither off nor a number up to 0xffffffff"
                );
                return true;
            case "privatekey":
                _device.PrivateKey?.Dispose();
                _device = _device with { PrivateKey = PrivateKey.ParseAsWritten(value) };
                Check(_device.PrivateKey is not null, where, NoKey);
                return true;
            default:
                return false;
        }
    }

    bool ReadPeer(string key, string value, IniText where, PeerConfig peer)
    {
        switch (key)
        {
            case "publickey":
                _hasPublicKey = true;
                Check(PublicKey.TryParse(value, out PublicKey publicKey), where, NoKey);
                _peer = peer with { PublicKey = publicKey };
                return true;
            case "presharedkey":
                peer.PresharedKey?.Dispose();
                _peer = peer with { PresharedKey = PresharedKey.Parse(value) };
                Check(_peer.PresharedKey is not null, where, NoKey);
                return true;
            case "allowedips":
                bool? good = WgValue.AllowedIps(value, _allowed, increments: false, out string? wrong);
                Check(good is not null, where, $"'{ShownText.Of(wrong)}' is not a network");
                return true;
            case "endpoint":
                IPEndPoint? endpoint = null;
                string? why = "there is no port";
                if (WgValue.TrySplitEndpoint(value, out string host, out string service))
                    endpoint = names.Find(host, service, patient: !_faults.Any, out why);
                _peer = peer with { Endpoint = endpoint };
                Check(endpoint is not null, where, $"'{ConfigValue.Shown(where)}' leads nowhere: {why}");
                return true;
            case "persistentkeepalive":
                _peer = peer with { PersistentKeepalive = WgValue.Keepalive(value) };
                Check(
                    _peer.PersistentKeepalive is not null,
                    where,
                    $"'{ConfigValue.Shown(where)}' is neither off nor seconds up to 65535"
                );
                return true;
            default:
                return false;
        }
    }

    void Check(bool good, IniText where, string message)
    {
        if (!good)
            _faults.Add(where, message);
    }

    /// <summary>The line up to its equals sign: what follows may be a key.</summary>
    static IniText KeyOf(IniText line)
    {
        int equals = line.Span.IndexOf('=');
        return equals < 0 ? line : line.Slice(0, equals).Trim();
    }

    static string Known(Section section) =>
        section switch
        {
            Section.Interface => "[Interface] has PrivateKey, ListenPort, FwMark, each with a value",
            Section.Peer =>
                "[Peer] has PublicKey, PresharedKey, AllowedIPs, Endpoint, PersistentKeepalive, each with a value",
            _ => "start with [Interface] or [Peer]",
        };

    const string NoKey = "the value is not a key of 44 characters of base64";

    enum Section
    {
        None,
        Interface,
        Peer,
    }
}
