using System.Text.Json;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>Two sites behind NAT, the public site that carries their traffic, and the one that stands in for it.</summary>
public sealed class RelayTests
{
    const string OfD = "10.0.4.0/24";
    const string OfC = "10.0.3.0/24";

    /// <summary>Ten a second; see <see cref="SitesWithTinc"/>.</summary>
    const int LostByFailing = 70;
    const int LostByReturning = 25;

    [Fact]
    public async Task Another_public_site_takes_over_from_a_dead_relay_at_both_ends_and_gives_back_after()
    {
        await using Lab lab = new();
        FourSites four = FourSites.Lay(lab);
        four.Start();
        AssertWay(four.C, 0, "10.0.4.1 goes to d.example.org through a.example.org by wg0, as configured");
        PingCount pings = PingCount.Start(four.C, "10.0.4.1", "10.0.3.1");

        int begun = pings.Last;
        four.A.Run("ip", "link", "set", "wan", "down");
        WaitForCarriers(four, "203.0.114.2");
        int over = pings.Settle();
        int lostByFailing = pings.LostBetween(begun, over);
        AssertWay(four.C, 3, "10.0.4.1 goes to d.example.org through b.example.org by wg0, instead of to");

        four.A.Sh("ip link set wan up; ip route add default via 203.0.113.1");
        int lifted = pings.Last;
        WaitForCarriers(four, FourSites.PublicA);
        int back = pings.Settle();
        int lostByReturning = pings.LostBetween(lifted, back);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"pings lost: {lostByFailing} by the relay's death, {lostByReturning} by its return"
        );
        Assert.InRange(lostByFailing, 1, LostByFailing);
        Assert.InRange(lostByReturning, 0, LostByReturning);
    }

    [Fact]
    public async Task A_relay_that_only_one_end_has_lost_is_left_by_both()
    {
        await using Lab lab = new();
        FourSites four = FourSites.Lay(lab);
        four.Start();
        PingCount pings = PingCount.Start(four.D, "10.0.3.1", "10.0.4.1");

        int begun = pings.Last;
        four.Internet.Run(
            "nft",
            $"table inet cut {{ chain passing {{ type filter hook forward priority 0; "
                + $"ip saddr {FourSites.PublicC} ip daddr {FourSites.PublicA} drop; }}; }}"
        );
        WaitForCarriers(four, "203.0.114.2");
        int lost = pings.LostBetween(begun, pings.Settle());
        TestContext.Current.TestOutputHelper?.WriteLine($"pings lost: {lost}");
        Assert.InRange(lost, 1, LostByFailing);
        // The link from d to the relay is well, and what is for the relay itself goes on there.
        Assert.Equal(FourSites.PublicA, FourSites.Carrier(four.D, "10.0.1.0/24"));
        Assert.True(four.D.Try("ping", "-n", "-c", "1", "-W", "5", "-I", "10.0.4.1", "10.0.1.1").Succeeded);
    }

    [Fact]
    public async Task A_third_public_site_takes_over_when_two_relays_are_dead()
    {
        await using Lab lab = new();
        FourSites five = FourSites.Lay(lab, fifth: true);
        five.Start();
        PingCount pings = PingCount.Start(five.C, "10.0.4.1", "10.0.3.1");
        Assert.Contains("d.example.org\n  through a.example.org\n", five.C.Run(Programs.Weft, "status"));

        int begun = pings.Last;
        five.A.Run("ip", "link", "set", "wan", "down");
        five.B.Run("ip", "link", "set", "wan", "down");
        WaitForCarriers(five, "203.0.117.2");
        int lost = pings.LostBetween(begun, pings.Settle());
        TestContext.Current.TestOutputHelper?.WriteLine($"pings lost: {lost}");
        Assert.InRange(lost, 1, LostByFailing);
        string status = five.C.Run(Programs.Weft, "status");
        Assert.Contains("d.example.org\n  through e.example.org, instead of a.example.org\n", status);
        JsonElement far = JsonDocument
            .Parse(five.C.Run(Programs.Weft, "status", "--json"))
            .RootElement.GetProperty("farSites")[0];
        Assert.Equal("e.example.org", far.GetProperty("relay").GetString());
        Assert.Equal(
            ["a.example.org", "b.example.org", "e.example.org"],
            far.GetProperty("relays").EnumerateArray().Select(r => r.GetString())
        );
        Assert.False(far.GetProperty("linkUp").GetBoolean());
    }

    [Fact]
    public async Task A_trial_by_peers_asks_the_site_behind_a_relay_too()
    {
        await using Lab lab = new();
        FourSites four = FourSites.Lay(lab);
        four.Start();
        Wait.Until(() => four.C.Try("ping", "-n", "-c", "1", "-W", "1", "192.168.192.4").Succeeded);
        string conf = four.ConfOf(four.C);
        string changed = File.ReadAllText(conf).Replace("[Interface]\n", "[Interface]\nMTU = 1380\n");
        File.WriteAllText(conf, changed);
        Assert.Contains("confirmed, the peers answer as before", Try("30").Output);

        // Both relays answer, and d drops what comes by another one than its own.
        string moved = changed
            .Replace(", 192.168.192.4/32", "")
            .Replace("= 192.168.192.2/32", "= 192.168.192.2/32, 192.168.192.4/32");
        Assert.Contains("192.168.192.2/32, 192.168.192.4/32", moved);
        File.WriteAllText(conf, moved);
        CommandResult reverted = Try("5");

        Assert.Equal(1, reverted.Status);
        Assert.Contains("not confirmed in time, so the old state is back", reverted.Output);
        Assert.Equal(changed, File.ReadAllText(conf));
        Wait.Until(() => four.C.Try("ping", "-n", "-c", "1", "-W", "1", "192.168.192.4").Succeeded);

        CommandResult Try(string seconds) =>
            four.C.Try(Programs.Weft, "start", conf, "--confirm", seconds, "--by-peers");
    }

    static void WaitForCarriers(FourSites four, string address) =>
        Wait.Until(
            () => FourSites.Carrier(four.C, OfD) == address && FourSites.Carrier(four.D, OfC) == address,
            $"{address} carries the traffic between c and d",
            seconds: 40
        );

    static void AssertWay(Host site, int status, string text)
    {
        CommandResult way = site.Try(Programs.Weft, "route", "10.0.4.1");
        Assert.Equal(status, way.Status);
        Assert.Contains(text, way.Output.Replace('\n', ' '));
    }
}
