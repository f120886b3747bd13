using System.Diagnostics;
using Xunit;

namespace Weft.Tests.Protocol.Simulation;

/// <summary>Alone, because it looks at how much of the processor the process has used.</summary>
[CollectionDefinition(nameof(WeekTests), DisableParallelization = true)]
[Collection(nameof(WeekTests))]
public sealed class WeekTests
{
    [Fact]
    public void A_week_of_two_peers_takes_less_than_10_seconds_and_loses_nothing()
    {
        World world = new(7) { KeepsSent = false };
        (Host a, Host b) = world.AddPair();
        Ledger ledger = new(world);
        world.Wire.Delay = TimeSpan.FromMilliseconds(20);
        a.Node.SetPersistentKeepalive(a.PeerOf(b), 25);
        TimeSpan begin = Spent();
        for (int i = 0; i < 7 * 24 * 60; i++)
        {
            ledger.Send(a, b);
            ledger.Send(b, a);
            world.RunFor(60);
        }
        Assert.Equal(ledger.Sent, ledger.Delivered);
        Assert.InRange((Spent() - begin).TotalSeconds, 0, 10);
    }

    static TimeSpan Spent()
    {
        using Process self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }
}
