using Weft.Linux;
using Weft.Linux.Interop;
using Xunit;

namespace Weft.Tests.Linux;

public sealed unsafe class ThreadUrgencyTests
{
    [Fact]
    public void A_thread_gets_the_slices_that_it_asked_for()
    {
        (sched_attr before, sched_attr after, _) = Raise(lessNice: 0);

        // A kernel before 6.12 has one length for all, and says 0.
        Assert.Equal(before.sched_runtime == 0 ? 0 : 200_000UL, after.sched_runtime);
        Assert.Equal(before.sched_nice, after.sched_nice);
    }

    [Fact]
    public void A_thread_is_less_nice_where_that_is_permitted_and_else_what_it_was()
    {
        (sched_attr before, sched_attr after, _) = Raise(lessNice: 1);

        Assert.InRange(before.sched_nice - after.sched_nice, 0, 1);
        Assert.Equal(before.sched_policy, after.sched_policy);
    }

    [Fact]
    public void A_thread_that_an_urgent_one_starts_is_not_urgent()
    {
        (sched_attr before, _, sched_attr child) = Raise(lessNice: 1);

        Assert.True(child.sched_nice >= Math.Min(before.sched_nice, 0));
        Assert.NotEqual(200_000UL, child.sched_runtime);
    }

    static (sched_attr Before, sched_attr After, sched_attr Child) Raise(int lessNice)
    {
        (sched_attr, sched_attr, sched_attr) seen = default;
        OnThread(() =>
        {
            seen.Item1 = Read();
            ThreadUrgency.Raise(lessNice, TimeSpan.FromMilliseconds(0.2));
            seen.Item2 = Read();
            OnThread(() => seen.Item3 = Read());
        });
        return seen;
    }

    static void OnThread(Action action)
    {
        Thread thread = new(() => action());
        thread.Start();
        thread.Join();
    }

    static sched_attr Read()
    {
        sched_attr attributes;
        Assert.Equal(0, LinuxSched.sched_getattr(0, &attributes, (uint)sizeof(sched_attr), 0));
        return attributes;
    }
}
