using Weft.Linux;

namespace Weft.Control;

/// <summary>The boot of the machine that goes on now. A time since it began means nothing in another. Any thread.</summary>
public static class MachineBoot
{
    /// <summary>Names it among all boots; null where the kernel does not say.</summary>
    public static string? Id => Sysctl.Read("kernel/random/boot_id");

    /// <summary>Time since it began.</summary>
    public static TimeSpan Age => TimeSpan.FromTicks(Clocks.BootNanoseconds / 100);
}
