using System.Diagnostics;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

/// <summary>What becomes of a program that is to live on in the background, with shells in its place.</summary>
public sealed class DaemonStartTests
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void One_of_ours_is_at_work_when_it_says_so()
    {
        Assert.Null(DaemonStart.OfOurs(Shell("echo ready; exec >&- 2>&-; exec sleep 0.5"), s_patience));
    }

    [Theory]
    [InlineData("echo no room >&2; exit 3", "ended with status 3: no room")]
    [InlineData("exit 1", "ended with status 1")]
    [InlineData("echo hello; exit 0", "ended with status 0")]
    public void One_of_ours_that_ends_instead_is_quoted(string script, string complaint)
    {
        Assert.Equal(complaint, DaemonStart.OfOurs(Shell(script), s_patience));
    }

    [Fact]
    public void One_of_ours_that_says_nothing_is_ended()
    {
        Assert.Equal(
            "did not report back within 0 s: still busy",
            DaemonStart.OfOurs(Shell("echo still busy >&2; exec sleep 600"), TimeSpan.FromSeconds(0.2))
        );
    }

    [Fact]
    public void Anothers_is_at_work_when_what_was_started_ends()
    {
        // What it leaves behind has the pipes open for a while.
        Assert.Null(DaemonStart.OfOthers(Shell("echo hello; sleep 0.5 & exit 0"), s_patience));
    }

    [Fact]
    public void Anothers_that_fails_is_quoted()
    {
        Assert.Equal(
            "ended with status 4: no driver",
            DaemonStart.OfOthers(Shell("echo no driver >&2; exit 4"), s_patience)
        );
    }

    [Fact]
    public void Anothers_that_stays_in_front_is_ended()
    {
        Assert.Equal(
            "did not report back within 0 s",
            DaemonStart.OfOthers(Shell("exec sleep 600"), TimeSpan.FromSeconds(0.2))
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_not_there_does_not_start(bool isOurs)
    {
        ProcessStartInfo start = new("/nowhere/weft");
        string? complaint = isOurs ? DaemonStart.OfOurs(start, s_patience) : DaemonStart.OfOthers(start, s_patience);
        Assert.StartsWith("does not start: ", complaint, StringComparison.Ordinal);
    }

    static ProcessStartInfo Shell(string script) => new("/bin/sh", ["-c", script]);
}
