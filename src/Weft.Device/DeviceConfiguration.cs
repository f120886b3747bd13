using Weft.Config;
using Weft.Crypto;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Between configuration records and the running node: applies changes and describes the state, each whole under the node's
/// gate. Any thread.
/// </summary>
sealed class DeviceConfiguration(Node node, Listening listening, TunDevice tun, ControlWake wake) : IUapiDevice
{
    public DeviceStatus Describe()
    {
        lock (node.Gate)
        {
            return new DeviceStatus
            {
                Name = tun.Name ?? "",
                PrivateKey = node.PrivateKey is { } key ? new PrivateKey(key.Span) : null,
                PublicKey = node.PublicKey,
                ListenPort = listening.Port,
                FirewallMark = listening.Mark,
                Peers = [.. node.Peers.Select(Describe)],
            };
        }
    }

    public int Apply(DeviceConfig config)
    {
        try
        {
            lock (node.Gate)
            {
                ApplyInterface(config);
                foreach (PeerConfig peer in config.Peers)
                    ApplyPeer(peer);
            }
            return 0;
        }
        catch (KernelRefusedException e)
        {
            return (int)e.Error;
        }
        catch (InvalidOperationException) when (node.Peers.Count >= Node.MaximumPeers)
        {
            return (int)Errno.ENOMEM;
        }
        finally
        {
            // What was applied before a refusal stands, and may have set something off.
            wake.Signal();
        }
    }

    void ApplyInterface(DeviceConfig config)
    {
        if (config.PrivateKey is not null)
            node.SetPrivateKey(config.PrivateKey);
        if (config.ListenPort is { } port)
            listening.SetPort(port);
        if (config.FirewallMark is { } mark)
            listening.SetMark(mark);
        if (config.ReplacePeers)
            node.RemoveAllPeers();
    }

    void ApplyPeer(PeerConfig config)
    {
        Tunnel? peer = node.FindPeer(config.PublicKey);
        if (config.Remove)
        {
            if (peer is not null)
                node.RemovePeer(peer);
            return;
        }
        if (peer is null)
        {
            if (config.UpdateOnly)
                return;
            peer = node.AddPeer(config.PublicKey);
            // Our own key: silently nobody.
            if (peer is null)
                return;
        }
        if (config.PresharedKey is not null)
            node.SetPresharedKey(peer, config.PresharedKey);
        if (config.Endpoint is not null)
            node.SetEndpoint(peer, Endpoint.From(config.Endpoint));
        if (config.ReplaceAllowedIps)
            node.DisallowAllIps(peer);
        foreach (AllowedIpChange change in config.AllowedIps)
        {
            if (change.Remove)
                node.DisallowIp(peer, change.Prefix);
            else
                node.AllowIp(peer, change.Prefix);
        }
        if (config.PersistentKeepalive is { } seconds)
            node.SetPersistentKeepalive(peer, seconds);
    }

    static PeerStatus Describe(Tunnel peer)
    {
        peer.TryGetEndpoint(out Endpoint endpoint);
        WallTime handshake = peer.LastHandshake;
        return new PeerStatus
        {
            PublicKey = peer.PublicKey,
            PresharedKey = peer.PresharedKey is { } key ? new PresharedKey(key.Span) : null,
            Endpoint = endpoint.ToIPEndPoint(),
            AllowedIps = [.. peer.AllowedIps],
            LastHandshake = new HandshakeTime(handshake.Seconds, handshake.Nanoseconds),
            ReceivedBytes = peer.ReceivedBytes,
            SentBytes = peer.SentBytes,
            PersistentKeepalive = peer.PersistentKeepalive,
        };
    }
}
