using System.Text;
using Weft.Linux;
using Xunit;

namespace Weft.Tests.Linux;

public sealed class ProcessorsTests
{
    [Theory]
    [InlineData("0.20 0.18 0.12 1/80 11206\n", 1)]
    [InlineData("12.20 0.18 0.12 35/180 7\n", 35)]
    [InlineData("", null)]
    [InlineData("0.20 0.18 0.12", null)]
    [InlineData("0.20 0.18 0.12 x/80", null)]
    public void The_kernels_line_says_how_many_want_a_processor(string line, int? wanting) =>
        Assert.Equal(wanting, Processors.WantingOf(Encoding.ASCII.GetBytes(line)));

    [Fact]
    public void Whoever_asks_wants_one_too()
    {
        using Processors processors = new();
        Assert.True(processors.Wanting >= 1);
    }

    [Fact]
    public void The_policy_is_of_the_calling_thread_alone()
    {
        string[] policies = [];
        Thread thread = new(() =>
        {
            Assert.True(Processors.TryLeaveTurns(true));
            string polite = Policy();
            Assert.True(Processors.TryLeaveTurns(false));
            policies = [polite, Policy()];
        });
        thread.Start();
        thread.Join();
        Assert.Equal(["3", "0"], policies);
        Assert.Equal("0", Policy());
    }

    [Fact]
    public void Being_nice_is_of_the_calling_thread_alone()
    {
        string before = Nice();
        string within = "";
        Thread thread = new(() =>
        {
            Assert.True(Processors.TrySetNice(7));
            within = Nice();
        });
        thread.Start();
        thread.Join();
        Assert.Equal("7", within);
        Assert.Equal(before, Nice());
    }

    /// <summary>0 is SCHED_OTHER, 3 SCHED_BATCH.</summary>
    static string Policy() => Field(41);

    static string Nice() => Field(19);

    /// <summary>Of the calling thread: proc_pid_stat(5).</summary>
    static string Field(int number)
    {
        string stat = File.ReadAllText("/proc/thread-self/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[number - 3];
    }
}
