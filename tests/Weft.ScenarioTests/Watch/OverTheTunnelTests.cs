using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>An administrator at site a who works on site b by ssh, through the very tunnel that he takes down there.</summary>
public sealed class OverTheTunnelTests
{
    const string TunnelAddressOfB = "192.168.192.2";

    [Theory]
    [InlineData("{0} restart {1}")]
    // The wiki's way, in one line.
    [InlineData("{{ {0} stop {1}; {0} start {1}; }} &")]
    public async Task The_connection_outlives_a_restart(string line)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, "HoldDown = 1");
        Ssh.Serve(lab, two.B);
        two.Start();

        CommandResult session = Over(two, line).WaitForExit(TimeSpan.FromSeconds(TwoSites.Soon));

        Assert.Equal(0, session.Status);
        Assert.Contains("b.example.org: wg0 is up, 1 peer", session.Output);
        AssertIsBack(two);
    }

    [Fact]
    public async Task A_restart_is_finished_though_the_terminal_hangs_up_in_the_middle()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, "HoldDown = 1");
        Ssh.Serve(lab, two.B);
        // While nothing runs the connection dies, and with it the terminal that all of this has to say goes to.
        AddHooks(
            two,
            "PostDown = pkill -9 sshd; while [ -t 1 ] && echo waiting; do sleep 0.05; done",
            "PostUp = echo up; echo up >>/run/told"
        );
        two.Start();

        CommandResult session = Over(two, "{0} restart {1}", terminal: true)
            .WaitForExit(TimeSpan.FromSeconds(TwoSites.Soon * 2));

        Assert.NotEqual(0, session.Status);
        Wait.Until(() => two.B.Try("cat", "/run/told").Output == "up\nup\n", seconds: TwoSites.Soon);
        AssertIsBack(two);
    }

    [Fact]
    public async Task A_restart_that_cannot_start_goes_back_to_what_ran()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab, "HoldDown = 1");
        two.Start();
        string good = File.ReadAllText(two.ConfOf(two.B));
        AddHooks(two, "PostUp = false");

        CommandResult restart = two.B.Try(Programs.Weft, "restart", two.ConfOf(two.B));

        Assert.Equal(1, restart.Status);
        Assert.Contains("PostUp ended with status 1: false; going back to what ran before", restart.Errors);
        Assert.Contains("wg0 runs as it did before", restart.Errors);
        AssertIsBack(two);
        File.WriteAllText(two.ConfOf(two.B), good);
        Assert.Contains("nothing to change", two.B.Run(Programs.Weft, "start", two.ConfOf(two.B)));
    }

    /// <summary>A line of the shell at b, typed at a; {0} is our program and {1} the file.</summary>
    static Running Over(TwoSites two, string line, bool terminal = false) =>
        two.A.Start(
            Ssh.Line(
                two.Lab,
                TunnelAddressOfB,
                string.Format(
                    System.Globalization.CultureInfo.InvariantCulture,
                    line,
                    Programs.Weft,
                    two.ConfOf(two.B)
                ),
                terminal
            )
        );

    static void AddHooks(TwoSites two, params string[] lines)
    {
        string conf = two.ConfOf(two.B);
        string text = File.ReadAllText(conf);
        File.WriteAllText(conf, text.Replace("[Interface]\n", $"[Interface]\n{string.Join('\n', lines)}\n"));
    }

    static void AssertIsBack(TwoSites two)
    {
        Wait.Until(two.Pings, "a reaches b", seconds: TwoSites.Soon);
        Assert.Single(two.Program.Watchers(two.B));
    }
}
