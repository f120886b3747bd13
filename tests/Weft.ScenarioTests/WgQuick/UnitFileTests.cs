using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.WgQuick;

/// <summary>The systemd units, as far as they can be tried without systemd as the first process.</summary>
public sealed class UnitFileTests
{
    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_units()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string[] units = [.. Directory.GetFiles(Programs.Packaging("systemd")).Select(Path.GetFileName).Cast<string>()];
        Assert.Equal(
            ["weft-watch@.service", "weft@.service", "wg-quick.target", "wg-quick@.service"],
            units.Order(StringComparer.Ordinal)
        );
        foreach (string unit in units)
        {
            // Where the programs are here: systemd wants to see them.
            string text = File.ReadAllText(Path.Combine(Programs.Packaging("systemd"), unit))
                .Replace("/usr/bin/weft", Programs.Weft, StringComparison.Ordinal)
                .Replace("/usr/bin/wg-quick", Programs.WgQuick, StringComparison.Ordinal)
                .Replace("/usr/bin/wg ", Programs.Wg + " ", StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(lab.Folder, unit), text);
            CommandResult result = host.Try("systemd-analyze", "verify", Path.Combine(lab.Folder, unit));
            Assert.Equal(0, result.Status);
            Assert.Equal("", result.Errors + result.Output);
        }
    }

    [Fact]
    public async Task A_reload_of_the_unit_takes_the_file_over_and_keeps_the_peers_that_stay()
    {
        await using WgQuickRun run = new();
        const string peer = "AllowedIPs = 10.9.0.0/16\nEndpoint = 203.0.113.9:4000";
        run.Write(WgQuickRun.Text("Address = 10.7.0.1/24", peer), $"{run.Host.Root}/etc/wireguard/wg0.conf");
        string unit = File.ReadAllText(Path.Combine(Programs.Packaging("systemd"), "wg-quick@.service"));
        string Line(string key) =>
            unit.Split('\n')
                .First(l => l.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..]
                .Replace("%i", "wg0", StringComparison.Ordinal)
                .Replace("/usr/bin/wg-quick", Programs.WgQuick, StringComparison.Ordinal)
                .Replace("/usr/bin/wg ", Programs.Wg + " ", StringComparison.Ordinal);

        run.Host.Sh(Line("ExecStart"));
        string before = run.Host.Run(Programs.DebianWg, "show", "wg0", "endpoints");
        run.Host.Run(Programs.DebianWg, "set", "wg0", "peer", before.Split('\t')[0], "persistent-keepalive", "99");
        run.Write(WgQuickRun.Text("", peer, "AllowedIPs = 10.10.0.0/16"), $"{run.Host.Root}/etc/wireguard/wg0.conf");
        run.Host.Sh(Line("ExecReload"));

        string dump = run.Host.Run(Programs.DebianWg, "show", "wg0");
        Assert.Contains("10.10.0.0/16", dump);
        Assert.Contains("203.0.113.9:4000", dump);
        Assert.DoesNotContain("99 seconds", dump);
        run.Host.Sh(Line("ExecStop"));
        Assert.False(run.Host.Try("ip", "link", "show", "wg0").Succeeded);
    }
}
