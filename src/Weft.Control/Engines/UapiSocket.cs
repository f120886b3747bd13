using Weft.Config;

namespace Weft.Control;

/// <summary>Where a userspace device listens, and whether one does.</summary>
static class UapiSocket
{
    internal static string PathOf(string name) => Path.Combine(UapiDevices.Folder, name + ".sock");

    /// <summary>Null when no device of that name answers.</summary>
    /// <exception cref="OperationFailedException">One is there but does not answer as it should.</exception>
    internal static DeviceStatus? Find(this IDeviceControl devices, string name)
    {
        try
        {
            return devices.Get(name);
        }
        catch (DeviceNotFoundException)
        {
            return null;
        }
    }
}
