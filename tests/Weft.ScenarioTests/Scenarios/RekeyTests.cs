using System.Globalization;
using System.Text.RegularExpressions;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>A site gets another key while traffic goes on, file by file in the order that the program says.</summary>
public sealed partial class RekeyTests
{
    /// <summary>
    /// Ten a second: a handshake with the new key, and at the other sites a look at their devices every tenth of a second
    /// with what it takes to move the allowed IPs, on a machine that has much else to do.
    /// </summary>
    const int MostLostByTakingTheKey = 10;

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_site_takes_another_key_and_no_link_is_lost(int place)
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf(ThreeSites.MeshConf.Replace("[Mesh]", "[Mesh]\nCheck = 1", StringComparison.Ordinal));
        Array.ForEach(three.Sites, three.Start);
        Host site = three.Sites[place];
        Host[] others = [.. three.Sites.Where(s => s != site)];
        string old = site.Run(Programs.DebianWg, "show", "wg0", "public-key").Trim();
        Assert.Empty(three.UnansweredPings());
        Running[] pings =
        [
            .. Enumerable
                .Range(0, three.Sites.Length)
                .Where(other => other != place)
                .SelectMany(other =>
                    (Running[])
                        [
                            Ping(three.LanHosts[other], ThreeSites.Lan4(place + 1, 10)),
                            Ping(three.LanHosts[place], ThreeSites.Lan4(other + 1, 10)),
                        ]
                ),
        ];
        int[] begun = Answered(pings);

        Rekey(three, site, "");
        Array.ForEach(others, three.Start);
        int[] told = Answered(pings);
        Assert.All(others, other => Assert.Equal(3, Peers(other).Length));
        Rekey(three, site, "--finish");
        three.Start(site);
        int[] taken = Answered(pings);
        Array.ForEach(others, three.Start);
        int[] forgotten = Answered(pings);

        int[] lost = [.. pings.Select((p, i) => Lost(p, told[i], taken[i]))];
        TestContext.Current.TestOutputHelper?.WriteLine($"pings lost: {string.Join(", ", lost)}");
        Assert.All(pings.Select((p, i) => Lost(p, begun[i], told[i])), n => Assert.Equal(0, n));
        Assert.All(lost, n => Assert.InRange(n, 0, MostLostByTakingTheKey));
        Assert.All(pings.Select((p, i) => Lost(p, taken[i], forgotten[i])), n => Assert.Equal(0, n));
        Assert.NotEqual(old, site.Run(Programs.DebianWg, "show", "wg0", "public-key").Trim());
        Assert.All(others, other => Assert.Equal(2, Peers(other).Length));
        Assert.All(others, other => Assert.DoesNotContain(old, Peers(other)));
        Assert.Empty(three.UnansweredPings());
    }

    [Fact]
    public async Task A_site_that_the_script_runs_follows_a_peer_to_its_new_key()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf(ThreeSites.MeshConf.Replace("[Mesh]", "[Mesh]\nCheck = 1", StringComparison.Ordinal));
        SiteProgram script = new(lab, RunBy.Script);
        (Host a, Host b, Host c) = (script.Prepared(three.Sites[0]), three.Sites[1], three.Sites[2]);
        script.Start(a, three.ConfOf(a));
        three.Start(b);
        three.Start(c);
        Wait.Until(Pings, seconds: 60);
        string old = c.Run(Programs.DebianWg, "show", "wg0", "public-key").Trim();

        Rekey(three, c, "");
        script.Start(a, three.ConfOf(a));
        three.Start(b);
        Assert.Equal(3, Peers(a).Length);
        Assert.True(Pings());
        // A restart, too, begins with a peer that has nothing to carry yet.
        script.Run(a, "restart", three.ConfOf(a));
        Wait.Until(Pings, seconds: 60);
        Rekey(three, c, "--finish");
        three.Start(c);
        Wait.Until(Pings, seconds: 60);
        script.Start(a, three.ConfOf(a));
        three.Start(b);

        Assert.Equal(2, Peers(a).Length);
        Assert.DoesNotContain(old, Peers(a));
        Wait.Until(Pings, seconds: 60);

        bool Pings() => three.LanHosts[0].Try("ping", "-n", "-c", "1", "-W", "2", ThreeSites.Lan4(3, 10)).Succeeded;
    }

    static void Rekey(ThreeSites three, Host site, string step) =>
        three.Internet.Sh(
            $"{Programs.Weft} site rekey {site.Name}.example.org {step} "
                + $"--mesh {three.Lab.Folder}/mesh.conf --out {three.Lab.Folder}/sites"
        );

    static string[] Peers(Host site) => site.Run(Programs.DebianWg, "show", "wg0", "peers").TrimEnd().Split('\n');

    /// <summary>From one LAN to another, ten a second; -O tells of each that has no answer by the time of the next.</summary>
    static Running Ping(Host from, string address) => from.Start("ping", "-n", "-O", "-i", "0.1", address);

    /// <summary>The last answered ping of each, once one has been answered that was sent from now on.</summary>
    static int[] Answered(Running[] pings) =>
        [
            .. pings.Select(ping =>
            {
                int now = Numbers(AnySequence(), ping).DefaultIfEmpty().Max();
                Wait.Until(() => Numbers(AnswerSequence(), ping).Any(n => n > now + 1), "pings are answered", 30);
                return Numbers(AnswerSequence(), ping).Max();
            }),
        ];

    static int Lost(Running ping, int first, int last)
    {
        HashSet<int> answered = [.. Numbers(AnswerSequence(), ping)];
        return Enumerable.Range(first, last - first + 1).Count(n => !answered.Contains(n));
    }

    static IEnumerable<int> Numbers(Regex pattern, Running ping) =>
        pattern.Matches(ping.Output).Select(m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex("icmp_seq=([0-9]+)")]
    private static partial Regex AnySequence();

    [GeneratedRegex("bytes from .*icmp_seq=([0-9]+)")]
    private static partial Regex AnswerSequence();
}
