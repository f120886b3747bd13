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
                Peers = [.. node.Peers.Select(PeerConfiguration.Describe)],
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
                    PeerConfiguration.Apply(node, peer);
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
}
