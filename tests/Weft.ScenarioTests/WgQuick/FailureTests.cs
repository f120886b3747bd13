using Weft.ScenarioTests.Control;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.WgQuick;

/// <summary>An up that fails at any of its steps leaves the host as it was, and no tool tells anybody a key.</summary>
public sealed class FailureTests
{
    const string All = "0.0.0.0/0, ::/0";

    /// <summary>What is broken, by a program that refuses or a thing that stands in the way; and a word of the complaint.</summary>
    [Theory]
    [InlineData("broken nft", "", "nft")]
    [InlineData("broken resolvconf", "DNS = 10.7.0.53", "resolvconf")]
    [InlineData("ip -6 route add 2001:db8:7::/64 dev lo", "", "2001:db8:7::/64")]
    [InlineData("ip route add 10.66.0.0/16 dev lo", "", "10.66.0.0/16")]
    [InlineData("ip link add wg0 type bridge", "", "already exists")]
    [InlineData("socat UDP6-LISTEN:51820 - </dev/zero & sleep 0.2", "", "51820")]
    [InlineData("mount --bind /dev/zero /dev/net/tun", "", "wg0")]
    [InlineData("", "PreUp = exit 3", "PreUp")]
    [InlineData("", "PostUp = ip link del %i; false", "PostUp")]
    [InlineData("", "PreUp = ip route add 10.66.0.0/16 dev lo\nPostDown = false", "10.66.0.0/16")]
    [InlineData("", "Address = 192.168.192.1/24\nMTU = 900", "MTU")]
    public async Task What_was_done_is_taken_back(string broken, string lines, string named)
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string bin = Path.Combine(lab.Folder, "bin");
        Directory.CreateDirectory(bin);
        if (broken.StartsWith("broken ", StringComparison.Ordinal))
        {
            // It answers questions and refuses changes.
            string program = broken.Split(' ')[1];
            File.WriteAllText(
                Path.Combine(bin, program),
                $"#!/bin/sh\ncase \" $*\" in *list*) exec /usr/sbin/{program} \"$@\";; *) echo 'I refuse' >&2; exit 1;; esac\n"
            );
            File.SetUnixFileMode(Path.Combine(bin, program), (UnixFileMode)0b111_101_101);
        }
        else if (broken.Length > 0)
        {
            host.Sh($"({broken}) >/dev/null 2>&1");
        }
        SiteConf conf = new(lab) { Lines = lines };
        conf.Peers.Add(SiteConf.Peer("c.example.org", $"{All}, 10.66.0.0/16, 2001:db8:7::/64"));
        conf.Write();
        string before = HostState.Capture(host);

        CommandResult up = host.Try(
            new Command(Programs.WgQuick, "up", conf.Path)
            {
                Environment = new Dictionary<string, string> { ["PATH"] = $"{bin}:/usr/sbin:/usr/bin:/sbin:/bin" },
            }
        );

        Assert.NotEqual(0, up.Status);
        Assert.Contains(named, up.Errors);
        if (lines.Contains("10.66.0.0/16", StringComparison.Ordinal))
            // The user's own hook made that, and keeps it.
            host.Run("ip", "route", "del", "10.66.0.0/16");
        Assert.Equal(before, HostState.Capture(host));
        AssertNoKey(conf.Path, up.Errors + up.Output);
    }

    [Fact]
    public async Task A_file_with_ten_faults_reports_ten_and_runs_no_hook()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string before = HostState.Capture(host);
        SiteConf conf = new(lab)
        {
            Address = "10.7.0.300/24",
            Lines = $"""
                MTU = many
                Table = none
                DNS = not/a/name
                FwMark = blue
                SaveConfig = maybe
                Bogus = 1
                PreUp = touch {lab.Folder}/ran
                """,
        };
        conf.Peers.Add("PublicKey = short\nAllowedIPs = 10.0.0.0/33\nEndpoint = nowhere");

        CommandResult up = host.Try(Programs.WgQuick, "up", conf.Write());

        Assert.Equal(1, up.Status);
        string[] faults = up.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10, faults.Count(f => f.StartsWith($"{conf.Path}:", StringComparison.Ordinal)));
        Assert.False(File.Exists(Path.Combine(lab.Folder, "ran")));
        Assert.Equal(before, HostState.Capture(host));
    }

    [Fact]
    public async Task A_file_that_was_broken_while_its_tunnel_is_up_does_not_keep_it_up()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string before = HostState.Capture(host);
        SiteConf conf = new(lab) { Lines = $"PostDown = echo down >{lab.Folder}/hook" };
        host.Run(Programs.WgQuick, "up", conf.Write());
        File.AppendAllText(conf.Path, "\nNonsense\n");

        CommandResult down = host.Try(Programs.WgQuick, "down", conf.Path);

        Assert.Equal(0, down.Status);
        Assert.Contains("neither [Section] nor Key = value", down.Errors);
        Assert.Equal("down\n", File.ReadAllText(Path.Combine(lab.Folder, "hook")));
        Assert.Equal(before, HostState.Capture(host));
    }

    [Fact]
    public async Task A_peers_name_is_asked_for_with_patience_and_without_one_there_is_no_tunnel()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string before = HostState.Capture(host);
        SiteConf conf = new(lab);
        conf.Peers[0] += "Endpoint = late.example.org:4000";
        conf.Write();
        CommandResult refused = host.Try(
            new Command(Programs.WgQuick, "up", conf.Path)
            {
                Environment = new Dictionary<string, string> { ["WG_ENDPOINT_RESOLUTION_RETRIES"] = "0" },
            }
        );
        Assert.Equal(1, refused.Status);
        Assert.Contains("late.example.org", refused.Errors);
        Assert.Equal(before, HostState.Capture(host));

        lab.SetName("late.example.org", "192.0.2.9");
        host.Run(Programs.WgQuick, "up", conf.Path);
        Assert.Contains("192.0.2.9:4000", host.Run(Programs.DebianWg, "show", "wg0", "endpoints"));
    }

    [Fact]
    public async Task No_key_is_seen_among_the_processes_or_in_what_is_printed()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        SiteConf conf = new(lab)
        {
            Lines = "PreUp = ps -eo args; env\nPostUp = ps -eo args; env\nPreDown = ps -eo args\nSaveConfig = true",
        };
        conf.Peers[0] += $"PresharedKey = {WireGuard.KeyPair.RandomSecret()}";
        CommandResult up = host.Try(Programs.WgQuick, "up", conf.Write());
        CommandResult down = host.Try(Programs.WgQuick, "down", conf.Path);
        Assert.Contains("ps -eo args", up.Output);
        AssertNoKey(conf.Path, up.Output + up.Errors + down.Output + down.Errors);
    }

    static void AssertNoKey(string path, string printed)
    {
        string[] secrets =
        [
            .. File.ReadAllLines(path)
                .Where(l =>
                    l.StartsWith("PrivateKey = ", StringComparison.Ordinal)
                    || l.StartsWith("PresharedKey = ", StringComparison.Ordinal)
                )
                .Select(l => l.Split(" = ")[1]),
        ];
        Assert.NotEmpty(secrets);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, printed));
    }
}
