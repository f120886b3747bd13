using Weft.Config;
using Weft.Crypto;
using Weft.Device;
using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>A node as UAPI configures it, without the interface and the sockets: the port and the mark are only kept.</summary>
sealed class UapiDevice : IUapiDevice, IDisposable
{
    readonly Node _node = new(new SeededEntropy(1));
    ushort _port;
    uint _mark;

    public DeviceStatus Describe()
    {
        lock (_node.Gate)
        {
            return new DeviceStatus
            {
                Name = "wg0",
                PrivateKey = _node.PrivateKey is { } key ? new PrivateKey(key.Span) : null,
                PublicKey = _node.PublicKey,
                ListenPort = _port,
                FirewallMark = _mark,
                Peers = [.. _node.Peers.Select(PeerConfiguration.Describe)],
            };
        }
    }

    public int Apply(DeviceConfig config)
    {
        lock (_node.Gate)
        {
            if (config.PrivateKey is { } key)
                _node.SetPrivateKey(key);
            _port = config.ListenPort ?? _port;
            _mark = config.FirewallMark ?? _mark;
            if (config.ReplacePeers)
                _node.RemoveAllPeers();
            foreach (PeerConfig peer in config.Peers)
                PeerConfiguration.Apply(_node, peer);
        }
        return 0;
    }

    public void Dispose() => _node.Dispose();
}
