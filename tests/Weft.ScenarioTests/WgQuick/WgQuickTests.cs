using Weft.ScenarioTests.Control;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.WgQuick;

/// <summary>wg-quick: the same files, none of what Weft adds, and nothing left after down.</summary>
public sealed class WgQuickTests
{
    [Fact]
    public async Task Up_and_down_run_the_hooks_in_their_places_and_leave_nothing()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string before = HostState.Capture(host);
        SiteConf conf = new(lab)
        {
            Lines = $"""
                MTU = 1380
                PreUp = ip link show dev %i > {lab.Folder}/hooks 2>&1 || :
                PostUp = ip route show dev %i >> {lab.Folder}/hooks
                PreDown = echo going down %i >> {lab.Folder}/hooks
                PostDown = ip link show %i >> {lab.Folder}/hooks 2>&1 || :
                """,
        };
        CommandResult up = host.Try(Programs.WgQuick, "up", conf.Write());

        Assert.Equal(0, up.Status);
        Assert.Contains("[#] ip address add 192.168.192.1/24 dev wg0", up.Errors);
        Assert.Contains("mtu 1380", host.Run("ip", "link", "show", "dev", "wg0"));
        Assert.DoesNotContain("WEFT", host.Run("iptables", "-S"));
        Assert.Equal("0", host.Run("cat", "/proc/sys/net/ipv4/ip_forward").Trim());
        Assert.Equal(1, host.Try(Programs.WgQuick, "up", conf.Path).Status);

        host.Run(Programs.WgQuick, "down", conf.Path);
        Assert.Equal(before, HostState.Capture(host));
        Assert.Equal(1, host.Try(Programs.WgQuick, "down", conf.Path).Status);

        string[] hooks = File.ReadAllLines(System.IO.Path.Combine(lab.Folder, "hooks"));
        Assert.Contains("does not exist", hooks[0]);
        Assert.Contains(hooks, line => line.StartsWith("10.0.2.0/24", StringComparison.Ordinal));
        Assert.Equal("going down wg0", hooks[^2]);
        Assert.Contains("does not exist", hooks[^1]);
    }

    [Fact]
    public async Task A_default_route_takes_all_but_the_tunnels_own_packets_and_gives_them_back()
    {
        await using Lab lab = new();
        (Host host, Host world) = (lab.AddHost("a"), lab.AddHost("world"));
        lab.Connect(host, "wan", world, "wan");
        host.AddAddress("wan", "203.0.113.2/24");
        host.AddRoute("default", "203.0.113.1");
        string before = HostState.Capture(host);
        SiteConf conf = new(lab);
        conf.Peers.Clear();
        conf.Peers.Add(SiteConf.Peer("b.example.org", "0.0.0.0/0, ::/0", "Endpoint = 203.0.113.1:4000"));

        host.Run(Programs.WgQuick, "up", conf.Write());

        Assert.Contains("dev wg0", host.Run("ip", "route", "get", "198.51.100.1"));
        Assert.Contains("dev wg0", host.Run("ip", "route", "get", "2001:db8::1"));
        Assert.Contains("dev wan", host.Run("ip", "route", "get", "203.0.113.77"));
        Assert.Contains("dev wan", host.Run("ip", "route", "get", "198.51.100.1", "mark", "51820"));
        Assert.Equal("0xca6c", host.Run(Programs.DebianWg, "show", "wg0", "fwmark").Trim());

        host.Run(Programs.WgQuick, "down", conf.Path);
        Assert.Equal(before, HostState.Capture(host));
    }

    [Fact]
    public async Task Without_an_MTU_in_the_file_it_comes_from_the_way_to_the_endpoint()
    {
        await using Lab lab = new();
        (Host host, Host world) = (lab.AddHost("a"), lab.AddHost("world"));
        lab.Connect(host, "wan", world, "wan", mtu: 1492);
        host.AddAddress("wan", "203.0.113.2/24");
        SiteConf conf = new(lab);
        conf.Peers[0] += "Endpoint = 203.0.113.1:4000";

        host.Run(Programs.WgQuick, "up", conf.Write());

        Assert.Contains("mtu 1412", host.Run("ip", "link", "show", "dev", "wg0"));
    }

    [Fact]
    public async Task Strip_leaves_what_setconf_takes_and_save_writes_what_is()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        SiteConf conf = new(lab) { Lines = "MTU = 1380\nSaveConfig = true\nPostUp = echo hello # there" };
        string stripped = host.Run(Programs.WgQuick, "strip", conf.Write());
        foreach (string key in (string[])["Address", "MTU", "PostUp", "SaveConfig"])
        {
            Assert.DoesNotContain(key, stripped);
        }

        Assert.Contains("# Weft.Site = b.example.org", stripped);
        host.Run(Programs.WgQuick, "up", conf.Path);
        File.WriteAllText(System.IO.Path.Combine(lab.Folder, "stripped"), stripped);
        host.Run(Programs.DebianWg, "setconf", "wg0", $"{lab.Folder}/stripped");
        string peer = WireGuard.KeyPair.Generate().Public;
        host.Run(Programs.DebianWg, "set", "wg0", "peer", peer, "allowed-ips", "10.0.9.0/24");

        host.Run(Programs.WgQuick, "down", conf.Path);

        string saved = File.ReadAllText(conf.Path);
        Assert.Contains(peer, saved);
        Assert.Contains("# Weft.Site = b.example.org", saved);
        Assert.Contains("MTU = 1380", saved);
        Assert.Contains("SaveConfig = true", saved);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(conf.Path));
        host.Run(Programs.WgQuick, "up", conf.Path);
        Assert.Contains(peer, host.Run(Programs.DebianWg, "show", "wg0", "peers"));
    }
}
