using System.Net;
using System.Net.Sockets;
using Weft.Config;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>What is looked at before anything is changed. Each check refuses with what is wrong and what to do.</summary>
static class SiteChecks
{
    /// <exception cref="OperationFailedException">This process is not root's.</exception>
    internal static void Root(string what)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new OperationFailedException($"{what} needs root", "Run it as root, for example with sudo.");
    }

    /// <exception cref="OperationFailedException">The file asks for what cannot be done.</exception>
    internal static void File(SiteFile file, StartOptions options, int mtu)
    {
        InterfaceSection section = file.Config.Interface;
        // wg-quick takes such a file, whose PostUp may set the key.
        if (section.PrivateKey is null && options.JoinNetworks)
        {
            throw new OperationFailedException(
                $"{file.Path}: no PrivateKey, so no peer would answer",
                "Add one ('wg genkey' makes one), or let 'weft makeconf' write the file."
            );
        }
        bool v6 = section.Addresses.Any(a => a.Address.AddressFamily == AddressFamily.InterNetworkV6);
        if (v6 && mtu < WantedSite.SmallestIPv6Mtu)
        {
            throw new OperationFailedException(
                $"{file.Path}: an MTU of {mtu} is too small for the interface's IPv6 address",
                $"Set MTU to {WantedSite.SmallestIPv6Mtu} or more, or take the IPv6 address out."
            );
        }
    }

    /// <summary>What runs is what was asked for: a running tunnel is not dropped to change that.</summary>
    /// <exception cref="OperationFailedException">The other one runs.</exception>
    internal static void Engine(Engine wanted, string name, string running)
    {
        string asked = wanted == Control.Engine.Kernel ? "kernel" : "userspace";
        if (wanted != Control.Engine.Auto && asked != running)
        {
            throw new OperationFailedException(
                $"{name} runs already, on the {running} WireGuard and not on the {asked} one",
                $"Stop it first (weft stop {name}), or leave --engine out."
            );
        }
    }

    /// <summary>The interface, if it is there, is one that start may bring to the wanted state.</summary>
    /// <exception cref="OperationFailedException">It is something else, or runs elsewhere.</exception>
    internal static void Place(string name, Link? link, DeviceStatus? device, string socket)
    {
        if (link is null && device is not null)
        {
            throw new OperationFailedException(
                $"{name} runs already, but its interface is in another network namespace",
                $"Run this there (ip netns exec …), or end that device: rm {socket}."
            );
        }
        if (link is null || device is not null || Ownership.IsOurAlias(link.Alias))
            return;
        throw new OperationFailedException(
            $"There is an interface {name} already, and no WireGuard answers for it",
            $"Rename the file: its name makes the interface's. Or remove the interface: ip link del {name}."
        );
    }

    /// <exception cref="OperationFailedException">Somebody else has the UDP port.</exception>
    internal static void Port(SiteFile file, DeviceStatus? device)
    {
        if (file.Config.Interface.ListenPort is not { } port || port == 0 || device?.ListenPort == port)
            return;
        foreach (IPAddress any in (IPAddress[])[IPAddress.Any, IPAddress.IPv6Any])
        {
            try
            {
                using Socket probe = new(any.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                if (any.AddressFamily == AddressFamily.InterNetworkV6)
                    probe.DualMode = false;
                probe.Bind(new IPEndPoint(any, port));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new OperationFailedException(
                    $"{file.Path}: ListenPort {port}: another program has this UDP port",
                    $"See which: ss -lunp 'sport = :{port}'. End it, or give the site another port in the mesh."
                );
            }
            catch (SocketException)
            {
                // No such family on this host: the device does without it as well.
            }
        }
    }
}
