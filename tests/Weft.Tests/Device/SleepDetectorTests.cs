using Weft.Device;
using Weft.Linux;
using Xunit;

namespace Weft.Tests.Device;

public sealed class SleepDetectorTests
{
    TimeSpan _asleep = TimeSpan.FromHours(3);

    [Fact]
    public void A_sleep_is_seen_until_the_sessions_are_forgotten()
    {
        SleepDetector detector = new(() => _asleep);
        Assert.False(detector.HasSlept);
        _asleep += TimeSpan.FromSeconds(0.3);
        Assert.True(detector.HasSlept);
        Assert.True(detector.HasSlept);
        detector.SessionsAreForgotten();
        Assert.False(detector.HasSlept);
    }

    [Fact]
    public void Clocks_that_were_read_apart_are_no_sleep()
    {
        SleepDetector detector = new(() => _asleep);
        _asleep -= TimeSpan.FromSeconds(30);
        Assert.False(detector.HasSlept);
        _asleep += TimeSpan.FromSeconds(30);
        Assert.False(detector.HasSlept);
    }

    [Fact]
    public void The_machine_that_runs_this_is_awake()
    {
        SleepDetector detector = new(() => Clocks.Asleep);
        for (int i = 0; i < 100_000; i++)
            Assert.False(detector.HasSlept);
    }
}
