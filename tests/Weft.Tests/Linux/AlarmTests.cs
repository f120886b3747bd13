using Weft.Linux;
using Xunit;

namespace Weft.Tests.Linux;

/// <summary>What wakes a thread by a clock.</summary>
public sealed class AlarmTests
{
    const int Long = 60_000;

    [Fact]
    public void A_moment_that_has_passed_wakes_at_once()
    {
        using Alarm alarm = new();
        using Poller poller = new(alarm.Descriptor);
        foreach (long moment in (long[])[long.MinValue, 0, 1, Clocks.BootNanoseconds])
        {
            alarm.Set(moment);
            Assert.True(poller.Wait(Long));
        }
    }

    [Fact]
    public void A_moment_to_come_is_waited_for_and_not_overtaken()
    {
        using Alarm alarm = new();
        using Poller poller = new(alarm.Descriptor);
        long moment = Clocks.BootNanoseconds + 20_000_000;
        alarm.Set(moment);
        Assert.True(poller.Wait(Long));
        Assert.True(Clocks.BootNanoseconds >= moment);
    }

    [Fact]
    public void Another_moment_takes_the_place_of_the_one_before()
    {
        using Alarm alarm = new();
        using Poller poller = new(alarm.Descriptor);
        alarm.Set(0);
        alarm.Set(null);
        Assert.False(poller.Wait(0));
        alarm.Set(0);
        alarm.Set(long.MaxValue - 1);
        Assert.False(poller.Wait(0));
    }

    [Fact]
    public void A_clock_that_nobody_sets_wakes_nobody()
    {
        using ClockJump jump = new();
        using Poller poller = new(jump.Descriptor);
        Assert.False(poller.Wait(0));
        jump.Reset();
        Assert.False(poller.Wait(0));
    }
}
