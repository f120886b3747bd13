using System.Collections.Immutable;
using Weft.Config;

namespace Weft.Control;

/// <summary>
/// All WireGuard devices of this host, whoever runs them. Where a userspace device and one of the kernel bear the same
/// name, the userspace device is meant, as WireGuard's own tool has it.
/// </summary>
public sealed class HostDevices(UapiDevices userspace, KernelDevices kernel) : IDeviceControl
{
    public HostDevices()
        : this(new UapiDevices(), new KernelDevices()) { }

    /// <summary>The kernel's first.</summary>
    public ImmutableArray<string> List()
    {
        ImmutableArray<string> names = kernel.List();
        return [.. names, .. userspace.List().Except(names, StringComparer.Ordinal)];
    }

    public bool Exists(string name) => userspace.Exists(name) || kernel.Exists(name);

    public DeviceStatus Get(string name)
    {
        DeviceStatus? status = null;
        // A socket that nobody serves any more shadows nothing.
        return TryUserspace(name, () => status = userspace.Get(name)) ? status! : kernel.Get(name);
    }

    public void Set(string name, DeviceConfig config)
    {
        if (!TryUserspace(name, () => userspace.Set(name, config)))
            kernel.Set(name, config);
    }

    bool TryUserspace(string name, Action work)
    {
        if (!userspace.Serves(name))
            return false;
        try
        {
            work();
            return true;
        }
        catch (DeviceNotFoundException)
        {
            return false;
        }
    }
}
