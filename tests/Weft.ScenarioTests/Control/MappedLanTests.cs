using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Control;

/// <summary>
/// Two sites with the same LAN, 192.168.1.0/24 and fd01:1::/64, and in each a host with the same addresses. Each site is
/// reached under the prefix that its LAN is mapped to.
/// </summary>
public sealed class MappedLanTests
{
    const string Mapped = """
        [Mesh]
        Network = 192.168.192.0/24
        Check = 1
        [Site]
        Name = a.example.org
        Lan = 192.168.1.0/24 as 10.201.0.0/24, fd01:1::/64 as fdc9:0:0:a::/64
        [Site]
        Name = b.example.org
        Lan = 192.168.1.0/24 as 10.201.1.0/24, fd01:1::/64 as fdc9:0:0:b::/64

        """;

    /// <summary>Somebody else's address translation, which must go on.</summary>
    const string OthersNft =
        "table ip home { chain out { type nat hook postrouting priority srcnat; oifname \"wan\" masquerade; }; }";

    [Theory]
    [InlineData("nft")]
    [InlineData("iptables")]
    public async Task Hosts_of_the_same_address_reach_each_other_by_the_mapped_ones(string tool)
    {
        await using Lab lab = new();
        Host[] sites = [lab.AddHost("a"), lab.AddHost("b")];
        Host[] hosts = [lab.AddHost("lan-a"), lab.AddHost("lan-b")];
        Lay(lab, sites, hosts);
        string mesh = Path.Combine(lab.Folder, "mesh.conf");
        File.WriteAllText(mesh, Mapped.Replace(" as 10.201.0.0/24", "", StringComparison.Ordinal));
        CommandResult refused = sites[0].Try(Programs.Weft, "check", "--offline", mesh);
        Assert.Equal(1, refused.Status);
        Assert.Contains("map a.example.org with Lan = 192.168.1.0/24 as 10.201.0.0/24", refused.Errors);
        File.WriteAllText(mesh, Mapped);
        sites[0].Run(Programs.Weft, "makeconf", "--from", mesh, "--out", $"{lab.Folder}/sites");
        string before = Foreign(sites, tool);

        foreach (Host site in sites)
        {
            site.Run(Programs.Weft, "start", "--engine", "userspace", Conf(lab, site));
        }

        // Where one was up for seconds before the other, its watcher has taken the routes away meanwhile.
        Wait.Until(() => HasRoutes(sites[0], "10.201.1.0/24", "fdc9:0:0:b::/64"), seconds: TwoSites.Soon);
        Wait.Until(() => HasRoutes(sites[1], "10.201.0.0/24", "fdc9:0:0:a::/64"), seconds: TwoSites.Soon);
        string[] shown = ["10.201.0.10", "10.201.1.10"];
        string[] shown6 = ["fdc9:0:0:a::10", "fdc9:0:0:b::10"];
        for (int from = 0; from < 2; from++)
        {
            int to = 1 - from;
            hosts[from].Run("ping", "-n", "-c", "2", "-i", "0.2", "-W", "5", shown[to]);
            hosts[from].Run("ping", "-n", "-c", "1", "-W", "5", shown6[to]);
            sites[from].Run("ping", "-n", "-c", "1", "-W", "5", shown[to]);
            // Who is answered sees the mapped address of who asked.
            Assert.Equal(shown[from], Seen(hosts[to], hosts[from], shown[to], "4"));
            Assert.Equal(shown6[from], Seen(hosts[to], hosts[from], $"[{shown6[to]}]", "6"));
        }

        string route = sites[0].Run(Programs.Weft, "route", "10.201.1.10");
        Assert.Contains("goes to b.example.org by wg0, as configured", route);
        Assert.Contains("At b.example.org it is 192.168.1.10", route);
        string status = sites[0].Run(Programs.Weft, "status");
        Assert.Contains("192.168.1.0/24 is 10.201.0.0/24 to the others", status);
        Assert.Contains("10.201.1.0/24", status);
        Assert.Contains(
            "nothing to change",
            sites[0].Run(Programs.Weft, "start", "--engine", "userspace", Conf(lab, sites[0]))
        );

        // Somebody sweeps the rules away, and the watcher brings them back.
        sites[1].Sh(tool == "nft" ? "nft delete table ip weft-map-wg0" : "iptables -t nat -F PREROUTING");
        Wait.Until(() => hosts[0].Try("ping", "-n", "-c", "1", "-W", "1", shown[1]).Succeeded, seconds: TwoSites.Soon);

        foreach (Host site in sites)
        {
            site.Run(Programs.Weft, "stop", Conf(lab, site));
        }

        Assert.Equal(before, Foreign(sites, tool));
    }

    static bool HasRoutes(Host site, string lan4, string lan6) =>
        site.Run("ip", "route", "show", lan4).Contains("dev wg0")
        && site.Run("ip", "-6", "route", "show", lan6).Contains("dev wg0");

    static string Conf(Lab lab, Host site) => $"{lab.Folder}/sites/{site.Name}.example.org/wg0.conf";

    static void Lay(Lab lab, Host[] sites, Host[] hosts)
    {
        lab.Connect(sites[0], "wan", sites[1], "wan");
        for (int i = 0; i < 2; i++)
        {
            lab.Connect(sites[i], "lan", hosts[i], "eth0");
            sites[i].AddAddress("wan", $"203.0.113.{i + 1}/24");
            sites[i].AddAddress("lan", "192.168.1.1/24");
            sites[i].AddAddress("lan", "fd01:1::1/64");
            hosts[i].AddAddress("eth0", "192.168.1.10/24");
            hosts[i].AddAddress("eth0", "fd01:1::10/64");
            hosts[i].AddRoute("default", "192.168.1.1");
            hosts[i].AddRoute("default", "fd01:1::1");
            lab.SetName($"{sites[i].Name}.example.org", $"203.0.113.{i + 1}");
        }
    }

    /// <summary>Gives each site rules of somebody else's, once, and takes away the other tool; returns what stands.</summary>
    static string Foreign(Host[] sites, string tool) =>
        string.Join(
            "\n",
            sites.Select(site =>
                tool == "nft"
                    ? site.Sh($"nft list table ip home >/dev/null 2>&1 || nft '{OthersNft}'; nft list ruleset")
                    : site.Sh(
                        """
                        [ -e /run/prepared ] || {
                          mount --bind /dev/null /usr/sbin/nft
                          iptables -t nat -A POSTROUTING -o wan -j MASQUERADE
                          touch /run/prepared
                        }
                        iptables-save | grep -e '^-' || :
                        ip6tables-save | grep -e '^-' || :
                        """
                    )
            )
        );

    /// <summary>The address that a TCP server on one host is asked from by another, both ways through the tunnel.</summary>
    static string Seen(Host server, Host client, string address, string family)
    {
        using Running listening = server.Start(
            "socat",
            $"TCP{family}-LISTEN:7000,reuseaddr",
            "SYSTEM:echo $SOCAT_PEERADDR"
        );
        Wait.Until(() => server.Run("ss", "-ltnH", "sport = :7000").Length > 0);
        string seen = client.Run("socat", "-T5", "-", $"TCP{family}:{address}:7000,connect-timeout=10").Trim();
        return family == "6" ? System.Net.IPAddress.Parse(seen.Trim('[', ']')).ToString() : seen;
    }
}
