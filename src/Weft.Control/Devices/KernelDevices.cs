using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Weft.Config;
using Weft.Linux;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// The devices of the kernel's WireGuard, driven over generic netlink: one socket per call, closed when the call ends. They
/// are those of the network namespace of the thread that calls. Any thread.
/// </summary>
/// <param name="trace">Told of every message as it is sent, never with a key; null for silence.</param>
public sealed class KernelDevices(Action<string>? trace = null) : IDeviceControl
{
    /// <summary>What the kernel calls interfaces that its WireGuard made.</summary>
    internal const string LinkKind = "wireguard";

    /// <summary>In the order in which the interfaces were made; empty where netlink is out of reach.</summary>
    public ImmutableArray<string> List()
    {
        try
        {
            using RouteNetlink netlink = new(trace);
            return [.. netlink.Links().Where(link => link.Kind == LinkKind).Select(link => link.Name)];
        }
        catch (NetlinkException e) when (e.IsPermission || e.IsUnsupported)
        {
            // A sandbox without netlink may still reach the sockets of userspace devices.
            return [];
        }
        catch (NetlinkException e)
        {
            throw new OperationFailedException(e.Message, null, e);
        }
    }

    public bool Exists(string name) => List().Contains(name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public DeviceStatus Get(string name)
    {
        using GenericNetlink wireGuard = Open(name);
        const NetlinkOptions dump = NetlinkOptions.Dump;
        NetlinkRequest request = WireGuardMessages.WriteGet(wireGuard.Write(WireGuardMessages.GetDevice, dump), name);
        string what = $"WG_CMD_GET_DEVICE {name}";
        try
        {
            trace?.Invoke($"netlink {what}");
            ImmutableArray<DeviceStatus> parts = wireGuard.Dump(
                request,
                what,
                attributes => WireGuardReply.ReadPart(name, attributes)
            );
            return WireGuardReply.Join(name, parts);
        }
        catch (NetlinkException e)
        {
            throw Refused(name, "read", e, null);
        }
    }

    /// <inheritdoc/>
    public void Set(string name, DeviceConfig config)
    {
        using GenericNetlink wireGuard = Open(name);
        string what = $"WG_CMD_SET_DEVICE {name}";
        NetlinkRequest Begin() => wireGuard.Write(WireGuardMessages.SetDevice, NetlinkOptions.Ack);
        try
        {
            foreach (NetlinkRequest request in WireGuardMessages.WriteSet(Begin, name, config))
            {
                trace?.Invoke($"netlink {what} ({request.Length} bytes)");
                try
                {
                    wireGuard.Change(request, what);
                }
                finally
                {
                    request.Wipe();
                }
            }
        }
        catch (NetlinkException e)
        {
            throw Refused(name, "changed", e, config);
        }
    }

    /// <exception cref="DeviceNotFoundException">There can be no such device: the kernel has no WireGuard.</exception>
    static GenericNetlink Open(string name)
    {
        if (!UapiDevices.IsName(name))
            throw new DeviceNotFoundException(name);
        try
        {
            return GenericNetlink.TryOpen(WireGuardMessages.Family, WireGuardMessages.Version)
                ?? throw new DeviceNotFoundException(name);
        }
        catch (NetlinkException e)
        {
            throw e.IsPermission || e.IsUnsupported
                ? new DeviceNotFoundException(name)
                : new OperationFailedException(e.Message, null, e);
        }
    }

    static Exception Refused(string name, string done, NetlinkException e, DeviceConfig? change)
    {
        // EOPNOTSUPP: an interface of that name is there, and is none of WireGuard's.
        if (e.Error is Errno.ENODEV or Errno.EOPNOTSUPP)
            return new DeviceNotFoundException(name);
        string? remedy = e.Error switch
        {
            Errno.EPERM or Errno.EACCES => "Run it as root, with CAP_NET_ADMIN in this network namespace.",
            Errno.EADDRINUSE => "Choose another listen port; something holds this one.",
            Errno.EAFNOSUPPORT => "An endpoint is of a family that this host does without.",
            Errno.EINVAL when change is not null && TakesPrefixesAway(change) =>
                "Kernels before 6.16 cannot take single allowed IPs away: give the whole list that stays.",
            _ => null,
        };
        string reason = Marshal.GetPInvokeErrorMessage((int)e.Error);
        string words = e.KernelText is { } text ? $"{reason} ({text})" : reason;
        return new OperationFailedException($"{name}: cannot be {done}: {words}", remedy, e);
    }

    static bool TakesPrefixesAway(DeviceConfig change) => change.Peers.Any(p => p.AllowedIps.Any(a => a.Remove));
}
