using System.Collections.Immutable;

namespace Weft.Config;

/// <summary>Builds one <see cref="DeviceConfig"/> out of the lines of a <c>set=1</c>. Owned by its reader.</summary>
sealed class UapiSetParser
{
    readonly ImmutableArray<PeerConfig>.Builder _peers = ImmutableArray.CreateBuilder<PeerConfig>();
    readonly ImmutableArray<AllowedIpChange>.Builder _allowed = ImmutableArray.CreateBuilder<AllowedIpChange>();
    DeviceConfig _device = new();
    PeerConfig? _peer;

    /// <summary>Zero, or the errno that refuses the command.</summary>
    internal int ReadLine(ReadOnlySpan<byte> line, out string? reason)
    {
        reason = null;
        int equals = line.IndexOf((byte)'=');
        if (equals < 0)
        {
            reason = "a line is not key=value";
            return UapiErrno.Protocol;
        }
        ReadOnlySpan<byte> key = line[..equals];
        ReadOnlySpan<byte> value = line[(equals + 1)..];
        if (key.SequenceEqual("public_key"u8))
            reason = StartPeer(value) ? null : "public_key is not a key";
        else
            reason = _peer is { } peer ? ReadPeer(peer, key, value) : ReadDevice(key, value);
        return reason is null ? UapiErrno.None : UapiErrno.Invalid;
    }

    internal DeviceConfig Take()
    {
        FinishPeer();
        return _device with { Peers = _peers.DrainToImmutable() };
    }

    /// <summary>Wipes the keys of a command that goes nowhere.</summary>
    internal void Drop()
    {
        FinishPeer();
        _device.PrivateKey?.Dispose();
        foreach (PeerConfig peer in _peers)
            peer.PresharedKey?.Dispose();
    }

    bool StartPeer(ReadOnlySpan<byte> value)
    {
        FinishPeer();
        if (UapiValue.PublicKey(value) is not { } key)
            return false;
        _peer = new PeerConfig { PublicKey = key };
        return true;
    }

    void FinishPeer()
    {
        if (_peer is null)
            return;
        _peers.Add(_peer with { AllowedIps = _allowed.DrainToImmutable() });
        _peer = null;
    }

    string? ReadDevice(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ulong number = 0;
        switch (key)
        {
            case var _ when key.SequenceEqual("private_key"u8):
                _device.PrivateKey?.Dispose();
                _device = _device with { PrivateKey = UapiValue.PrivateKey(value) };
                return _device.PrivateKey is null ? "private_key is not a key" : null;
            case var _ when key.SequenceEqual("listen_port"u8):
                if (!UapiValue.TryNumber(value, ushort.MaxValue, out number))
                    return "listen_port is not 0 to 65535";
                _device = _device with { ListenPort = (ushort)number };
                return null;
            case var _ when key.SequenceEqual("fwmark"u8):
                if (!value.IsEmpty && !UapiValue.TryNumber(value, uint.MaxValue, out number))
                    return "fwmark is not a number of 32 bits";
                _device = _device with { FirewallMark = (uint)number };
                return null;
            case var _ when key.SequenceEqual("replace_peers"u8):
                _device = _device with { ReplacePeers = true };
                return IsTrue(value) ? null : "replace_peers is not true";
            default:
                return "a key does not exist or does not belong to the device";
        }
    }

    string? ReadPeer(PeerConfig peer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case var _ when key.SequenceEqual("allowed_ip"u8):
                return ReadAllowedIp(value) ? null : "allowed_ip is not a network";
            case var _ when key.SequenceEqual("preshared_key"u8):
                peer.PresharedKey?.Dispose();
                _peer = peer with { PresharedKey = UapiValue.PresharedKey(value) };
                return _peer.PresharedKey is null ? "preshared_key is not a key" : null;
            case var _ when key.SequenceEqual("endpoint"u8):
                _peer = peer with { Endpoint = UapiValue.Endpoint(value) };
                return _peer.Endpoint is null ? "endpoint is not address:port" : null;
            case var _ when key.SequenceEqual("persistent_keepalive_interval"u8):
                if (!UapiValue.TryNumber(value, ushort.MaxValue, out ulong seconds))
                    return "persistent_keepalive_interval is not 0 to 65535";
                _peer = peer with { PersistentKeepalive = (ushort)seconds };
                return null;
            case var _ when key.SequenceEqual("replace_allowed_ips"u8):
                // What was added before in this command goes too, as it would if lines took effect one by one.
                _allowed.Clear();
                _peer = peer with { ReplaceAllowedIps = true };
                return IsTrue(value) ? null : "replace_allowed_ips is not true";
            case var _ when key.SequenceEqual("remove"u8):
                _peer = peer with { Remove = true };
                return IsTrue(value) ? null : "remove is not true";
            case var _ when key.SequenceEqual("update_only"u8):
                _peer = peer with { UpdateOnly = true };
                return IsTrue(value) ? null : "update_only is not true";
            case var _ when key.SequenceEqual("protocol_version"u8):
                return value.SequenceEqual("1"u8) ? null : "protocol_version is not 1";
            default:
                return "a key does not exist or does not belong to a peer";
        }
    }

    bool ReadAllowedIp(ReadOnlySpan<byte> value)
    {
        bool remove = !value.IsEmpty && value[0] == '-';
        if (!UapiValue.TryPrefix(remove ? value[1..] : value, remove, out AllowedIpChange change))
            return false;
        _allowed.Add(change);
        return true;
    }

    static bool IsTrue(ReadOnlySpan<byte> value) => value.SequenceEqual("true"u8);
}
