using System.Collections.Immutable;
using Weft.Config;

namespace Weft.Control;

/// <summary>
/// WireGuard devices of this host, in the network namespace of the thread that asks: <see cref="UapiDevices"/> for those in
/// user space, <see cref="KernelDevices"/> for the kernel's, <see cref="HostDevices"/> for both. Any thread; nothing is
/// kept open between calls.
/// </summary>
public interface IDeviceControl
{
    /// <summary>The names of the devices there are.</summary>
    /// <exception cref="OperationFailedException">It cannot be found out.</exception>
    ImmutableArray<string> List();

    /// <summary>Whether there is a device of that name.</summary>
    bool Exists(string name);

    /// <summary>What a device says of itself. The caller owns the keys.</summary>
    /// <exception cref="DeviceNotFoundException">There is no device of that name.</exception>
    /// <exception cref="OperationFailedException">It refused, fell silent, or said what cannot be read.</exception>
    DeviceStatus Get(string name);

    /// <summary>Changes a device. A device that refuses half-way may have made some of the changes.</summary>
    /// <exception cref="DeviceNotFoundException">There is no device of that name.</exception>
    /// <exception cref="OperationFailedException">It refused, fell silent, or said what cannot be read.</exception>
    void Set(string name, DeviceConfig config);
}
