using System.Collections.Immutable;
using System.Net;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>
/// Reads a device's answer to one <c>get=1</c> or <c>set=1</c> out of a byte stream, whatever its pieces. Owned by the
/// client that asked. Memory is bounded; never throws on any input. Keys that it does not know are passed over, since
/// devices of other makers have their own.
/// </summary>
/// <param name="name">Of the interface, for the status.</param>
public sealed class UapiReplyReader(string name)
{
    /// <summary>Bytes of the longest answer that is read.</summary>
    public const long MaxLength = 256 << 20;

    readonly UapiLineSplitter _lines = new(UapiCommandReader.MaxLineLength);
    readonly ImmutableArray<PeerStatus>.Builder _peers = ImmutableArray.CreateBuilder<PeerStatus>();
    long _length;
    int? _errno;
    PrivateKey? _privateKey;
    ushort _listenPort;
    uint _firewallMark;
    PeerBuilder? _peer;

    /// <summary>What the device answered: zero or a positive errno. Set once the answer is complete.</summary>
    public int Errno { get; private set; } = UapiErrno.Protocol;

    /// <summary>What makes the answer unreadable, as half a sentence; null as long as all is well.</summary>
    public string? Fault { get; private set; }

    /// <summary>The answer to <c>get=1</c>. The caller owns its keys.</summary>
    public DeviceStatus? Status { get; private set; }

    /// <summary>Takes bytes. True once the answer is complete or known to be unreadable.</summary>
    public bool TryRead(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        if (_length > MaxLength)
            return Fail("the answer is too long");
        while (true)
        {
            switch (_lines.Take(ref bytes, out ReadOnlySpan<byte> line))
            {
                case UapiLineResult.Unfinished:
                    return false;
                case UapiLineResult.Overlong:
                    return Fail("a line of the answer is too long");
            }
            if (line.IsEmpty)
                return Finish();
            int equals = line.IndexOf((byte)'=');
            if (equals < 0)
                return Fail("a line of the answer is not key=value");
            if (!ReadLine(line[..equals], line[(equals + 1)..]))
                return Fail($"the value of {KnownKey(line[..equals])} cannot be read");
        }
    }

    bool Finish()
    {
        if (_errno is not { } errno)
            return Fail("the answer has no errno");
        FinishPeer();
        Errno = errno;
        Status = new DeviceStatus
        {
            Name = name,
            PrivateKey = _privateKey,
            PublicKey = _privateKey is null ? null : PublicKeyOf(_privateKey),
            ListenPort = _listenPort,
            FirewallMark = _firewallMark,
            Peers = _peers.DrainToImmutable(),
        };
        return true;
    }

    bool Fail(string fault)
    {
        _lines.Wipe();
        _privateKey?.Dispose();
        _peer?.PresharedKey?.Dispose();
        foreach (PeerStatus peer in _peers)
            peer.PresharedKey?.Dispose();
        Fault = fault;
        return true;
    }

    bool ReadLine(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("errno"u8))
        {
            bool good = UapiValue.TryNumber(value.TrimStart((byte)'-'), int.MaxValue, out ulong number);
            _errno = (int)number;
            return good;
        }
        if (key.SequenceEqual("public_key"u8))
        {
            FinishPeer();
            if (UapiValue.PublicKey(value) is not { } publicKey)
                return false;
            _peer = new PeerBuilder(publicKey);
            return true;
        }
        return _peer is null ? ReadDevice(key, value) : ReadPeer(_peer, key, value);
    }

    bool ReadDevice(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("private_key"u8))
        {
            _privateKey?.Dispose();
            return (_privateKey = UapiValue.PrivateKey(value)) is not null;
        }
        if (key.SequenceEqual("listen_port"u8))
            return TryNumber(value, ref _listenPort);
        if (!key.SequenceEqual("fwmark"u8))
            return true;
        bool good = UapiValue.TryNumber(value, uint.MaxValue, out ulong mark);
        _firewallMark = (uint)mark;
        return good;
    }

    static bool ReadPeer(PeerBuilder peer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case var _ when key.SequenceEqual("allowed_ip"u8):
                if (
                    !value.Contains((byte)'/') || !UapiValue.TryPrefix(value, remove: false, out AllowedIpChange change)
                )
                    return false;
                peer.AllowedIps.Add(change.Prefix);
                return true;
            case var _ when key.SequenceEqual("preshared_key"u8):
                PresharedKey? presharedKey = UapiValue.PresharedKey(value);
                // A zero key stands for none.
                if (presharedKey is null || !presharedKey.IsZero || peer.PresharedKey is not null)
                    peer.PresharedKey = presharedKey;
                return presharedKey is not null;
            case var _ when key.SequenceEqual("endpoint"u8):
                return (peer.Endpoint = UapiValue.Endpoint(value)) is not null;
            case var _ when key.SequenceEqual("persistent_keepalive_interval"u8):
                return TryNumber(value, ref peer.PersistentKeepalive);
            case var _ when key.SequenceEqual("last_handshake_time_sec"u8):
                bool good = UapiValue.TryNumber(value, long.MaxValue, out ulong seconds);
                peer.Seconds = (long)seconds;
                return good;
            case var _ when key.SequenceEqual("last_handshake_time_nsec"u8):
                good = UapiValue.TryNumber(value, uint.MaxValue, out ulong nanoseconds);
                peer.Nanoseconds = (uint)nanoseconds;
                return good;
            case var _ when key.SequenceEqual("rx_bytes"u8):
                return UapiValue.TryNumber(value, ulong.MaxValue, out peer.ReceivedBytes);
            case var _ when key.SequenceEqual("tx_bytes"u8):
                return UapiValue.TryNumber(value, ulong.MaxValue, out peer.SentBytes);
            default:
                return true;
        }
    }

    void FinishPeer()
    {
        if (_peer is not null)
            _peers.Add(_peer.Build());
        _peer = null;
    }

    static bool TryNumber(ReadOnlySpan<byte> value, ref ushort field)
    {
        bool good = UapiValue.TryNumber(value, ushort.MaxValue, out ulong number);
        field = (ushort)number;
        return good;
    }

    static PublicKey PublicKeyOf(PrivateKey key)
    {
        Span<byte> bytes = stackalloc byte[KeyText.KeyLength];
        X25519.PublicKey(key.Span, bytes);
        GC.KeepAlive(key);
        return new PublicKey(bytes);
    }

    /// <summary>Only keys of ours are repeated; anything else could be a secret that a confused device sent.</summary>
    static string KnownKey(ReadOnlySpan<byte> key)
    {
        foreach (string known in KnownKeys)
            if (System.Text.Ascii.Equals(key, known))
                return known;
        return "a key";
    }

    static readonly string[] KnownKeys =
    [
        "errno",
        "private_key",
        "listen_port",
        "fwmark",
        "public_key",
        "preshared_key",
        "endpoint",
        "allowed_ip",
        "persistent_keepalive_interval",
        "last_handshake_time_sec",
        "last_handshake_time_nsec",
        "rx_bytes",
        "tx_bytes",
    ];

    sealed class PeerBuilder(PublicKey publicKey)
    {
        internal PresharedKey? PresharedKey;
        internal IPEndPoint? Endpoint;
        internal ushort PersistentKeepalive;
        internal long Seconds;
        internal uint Nanoseconds;
        internal ulong ReceivedBytes;
        internal ulong SentBytes;
        internal readonly ImmutableArray<IPNetwork>.Builder AllowedIps = ImmutableArray.CreateBuilder<IPNetwork>();

        internal PeerStatus Build() =>
            new()
            {
                PublicKey = publicKey,
                PresharedKey = PresharedKey,
                Endpoint = Endpoint,
                AllowedIps = AllowedIps.DrainToImmutable(),
                LastHandshake = new HandshakeTime(Seconds, Nanoseconds),
                ReceivedBytes = ReceivedBytes,
                SentBytes = SentBytes,
                PersistentKeepalive = PersistentKeepalive,
            };
    }
}
