using System.Text.Json;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Control;

/// <summary>What a site says of itself.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task Status_fits_eighty_columns_and_comes_as_json()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        SiteConf conf = new(lab);
        conf.Peers.Add(
            SiteConf.Peer(
                "a-rather-long-name-of-a-site.in-some-department.example.org",
                "192.168.192.3/32, " + string.Join(", ", Enumerable.Range(10, 20).Select(n => $"fd77:0:0:{n}::/64")),
                "Endpoint = [2001:db8:1234:5678:9abc:def0:1234:5678]:51820"
            )
        );
        host.Run(Programs.Weft, "start", "--engine", "userspace", conf.Write());
        host.Run("ip", "route", "del", "10.0.2.0/24");

        string text = host.Run(Programs.Weft, "status");
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains("10.0.2.0/24 without a route", text);

        using JsonDocument json = JsonDocument.Parse(host.Run(Programs.Weft, "status", "--json"));
        Assert.Equal("a.example.org", json.RootElement.GetProperty("site").GetString());
        Assert.True(json.RootElement.GetProperty("up").GetBoolean());
        Assert.Equal(2, json.RootElement.GetProperty("peers").GetArrayLength());

        host.Run(Programs.Weft, "stop");
        CommandResult stopped = host.Try(Programs.Weft, "status", "--json");
        Assert.Equal(1, stopped.Status);
        Assert.Contains("\"up\": false", stopped.Output);
    }
}
