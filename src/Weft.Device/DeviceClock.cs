using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>The real clocks, for the loops: read once per batch and handed down. Any thread.</summary>
static class DeviceClock
{
    public static Instant Now => new(Clocks.BootNanoseconds);

    public static WallTime Wall
    {
        get
        {
            (long seconds, uint nanoseconds) = Clocks.WallTime;
            return new WallTime(seconds, nanoseconds);
        }
    }
}
