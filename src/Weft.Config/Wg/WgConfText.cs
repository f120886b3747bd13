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

    /// <summary>The current line without its white space.</summary>
    char[] _stripped = new char[256];

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
            ReadOnlySpan<char> stripped = Strip(line.Span);
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

    ReadOnlySpan<char> Strip(ReadOnlySpan<char> line)
    {
        if (_stripped.Length < line.Length)
            _stripped = new char[2 * line.Length];
        Span<char> kept = _stripped;
        int length = 0;
        foreach (char c in line)
            if (!IniText.IsSpace(c))
                kept[length++] = c;
        return kept[..length];
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

    bool ReadPair(Section section, IniText line, ReadOnlySpan<char> stripped)
    {
        int equals = stripped.IndexOf('=');
        if (equals < 0 || equals + 1 == stripped.Length)
            return false;
        ReadOnlySpan<char> value = stripped[(equals + 1)..];
        Span<char> key = stackalloc char[MaxKeyLength];
        int length = stripped[..equals].ToLowerInvariant(key);
        if (length < 0)
            return false;
        key = key[..length];
        return section switch
        {
            Section.Interface => ReadInterface(key, value, line),
            // The heading's section comes again after a later [Interface], whose keys are the device's.
            Section.Peer => ReadPeer(key, value, line, _peer!),
            _ => false,
        };
    }

    bool ReadInterface(ReadOnlySpan<char> key, ReadOnlySpan<char> value, IniText line)
    {
        switch (key)
        {
            case "listenport":
                ushort? port = names.FindPort(value.ToString(), out string? why);
                _device = _device with { ListenPort = port };
                if (port is null)
                    Complain(line, $"is not a port: {why}");
                return true;
            case "fwmark":
                _device = _device with { FirewallMark = WgValue.Mark(value) };
                if (_device.FirewallMark is null)
                    Complain(line, "is neither off nor a number up to 0xffffffff");
                return true;
            case "privatekey":
                _device.PrivateKey?.Dispose();
                _device = _device with { PrivateKey = PrivateKey.ParseAsWritten(value) };
                if (_device.PrivateKey is null)
                    ComplainOfKey(line);
                return true;
            default:
                return false;
        }
    }

    bool ReadPeer(ReadOnlySpan<char> key, ReadOnlySpan<char> value, IniText line, PeerConfig peer)
    {
        switch (key)
        {
            case "publickey":
                _hasPublicKey = true;
                if (!PublicKey.TryParse(value, out PublicKey publicKey))
                    ComplainOfKey(line);
                _peer = peer with { PublicKey = publicKey };
                return true;
            case "presharedkey":
                peer.PresharedKey?.Dispose();
                _peer = peer with { PresharedKey = PresharedKey.Parse(value) };
                if (_peer.PresharedKey is null)
                    ComplainOfKey(line);
                return true;
            case "allowedips":
                if (WgValue.AllowedIps(value, _allowed, increments: false, out string? wrong) is null)
                    _faults.Add(ValueOf(line), $"'{ShownText.Of(wrong)}' is not a network");
                return true;
            case "endpoint":
                IPEndPoint? endpoint = null;
                string? why = "there is no port";
                if (WgValue.TrySplitEndpoint(value, out string host, out string service))
                    endpoint = names.Find(host, service, patient: !_faults.Any, out why);
                _peer = peer with { Endpoint = endpoint };
                if (endpoint is null)
                    Complain(line, $"leads nowhere: {why}");
                return true;
            case "persistentkeepalive":
                _peer = peer with { PersistentKeepalive = WgValue.Keepalive(value) };
                if (_peer.PersistentKeepalive is null)
                    Complain(line, "is neither off nor seconds up to 65535");
                return true;
            default:
                return false;
        }
    }

    /// <param name="what">What the line's value is, or is not.</param>
    void Complain(IniText line, string what)
    {
        IniText value = ValueOf(line);
        _faults.Add(value, $"'{ConfigValue.Shown(value)}' {what}");
    }

    /// <summary>Without the value, which may be a key all but for one character.</summary>
    void ComplainOfKey(IniText line) => _faults.Add(ValueOf(line), "the value is not a key of 44 characters of base64");

    /// <summary>The line after its equals sign.</summary>
    static IniText ValueOf(IniText line)
    {
        int start = line.Span.IndexOf('=') + 1;
        return line.Slice(start, line.Length - start).Trim();
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

    /// <summary>Longer than any key there is.</summary>
    const int MaxKeyLength = 32;

    enum Section
    {
        None,
        Interface,
        Peer,
    }
}
