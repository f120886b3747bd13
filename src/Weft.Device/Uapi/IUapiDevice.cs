using Weft.Config;

namespace Weft.Device;

/// <summary>What UAPI is spoken about: the running device, or a stand-in in tests. Any thread.</summary>
interface IUapiDevice
{
    /// <summary>The device as it is now. The keys in it are copies, which the caller disposes of.</summary>
    DeviceStatus Describe();

    /// <summary>Applies a change in the order of UAPI; returns 0 or the errno of what was refused, with what stood before it done.</summary>
    int Apply(DeviceConfig config);
}
