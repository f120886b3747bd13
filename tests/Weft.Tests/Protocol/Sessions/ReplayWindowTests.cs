using FsCheck;
using FsCheck.Fluent;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Protocol.Sessions;

public sealed class ReplayWindowTests
{
    [Fact]
    public void Agrees_with_a_set_of_all_that_was_received()
    {
        // Steps of every size that matters: within a word, across words, to and over the window's end, far ahead.
        Gen<long> step = Gen.Frequency(
            (6, Gen.Choose(-3, 70).Select(i => (long)i)),
            (3, Gen.Choose(-8200, 8200).Select(i => (long)i)),
            (1, Gen.Choose(-20_000, 20_000).Select(i => (long)i)),
            (1, Gen.Choose(0, int.MaxValue).Select(i => i * 1_000_003L))
        );
        Check.QuickThrowOnFailure(Prop.ForAll(Arb.From(Gen.ArrayOf(step, 400)), (Func<long[], bool>)BehavesLikeASet));
    }

    [Fact]
    public void Accepts_up_to_8128_behind_the_greatest_and_no_further()
    {
        ReplayWindow window = new();
        Assert.True(window.TryAccept(100_000));
        Assert.True(window.TryAccept(100_000 - 8128));
        Assert.False(window.TryAccept(100_000 - 8129));
        Assert.False(window.TryAccept(100_000 - 8128));
    }

    [Fact]
    public void Each_counter_is_accepted_once_in_any_order()
    {
        ReplayWindow window = new();
        ulong[] counters = [.. Enumerable.Range(0, 8000).Select(i => (ulong)i)];
        new Random(1).Shuffle(counters);
        Assert.All(counters, counter => Assert.True(window.TryAccept(counter)));
        Assert.All(counters, counter => Assert.False(window.TryAccept(counter)));
    }

    [Fact]
    public void Works_up_to_the_last_counter()
    {
        ReplayWindow window = new();
        ulong last = ProtocolTimes.RejectAfterMessages - 1;
        Assert.True(window.TryAccept(last - 1));
        Assert.True(window.TryAccept(last));
        Assert.False(window.TryAccept(last));
        Assert.False(window.TryAccept(0));
        Assert.True(window.TryAccept(last - 8128));
    }

    static bool BehavesLikeASet(long[] steps)
    {
        ReplayWindow window = new();
        HashSet<ulong> seen = [];
        ulong greatest = 0;
        long counter = 0;
        foreach (long step in steps)
        {
            counter = Math.Max(0, counter + step);
            ulong received = (ulong)counter;
            bool isExpected = greatest <= received + 8128 && seen.Add(received);
            greatest = Math.Max(greatest, received);
            if (window.TryAccept(received) != isExpected)
                return false;
        }
        return true;
    }
}
