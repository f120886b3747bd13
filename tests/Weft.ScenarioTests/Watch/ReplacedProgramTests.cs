using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Watch;

/// <summary>
/// A package's upgrade or <c>weft deploy --program</c> takes the file away under a device and a watcher that run. The
/// runtime would look for what it has not loaded yet in whatever stands at that path then.
/// </summary>
public sealed class ReplacedProgramTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_site_runs_on_when_its_program_is_replaced_or_deleted(bool isReplaced)
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        string program = $"{lab.Folder}/bin/weft";
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.Copy(Programs.Weft, program);
        two.A.Run(program, "start", "--engine", "userspace", two.ConfOf(two.A));
        two.Program.Start(two.B, two.ConfOf(two.B));
        string device = two.A.Run("pgrep", "-f", "[w]eft device").Trim();
        string watcher = Assert.Single(two.Program.Watchers(two.A));
        foreach (string process in (string[])[device, watcher])
        {
            Wait.Until(() => !two.A.Run("ps", "-L", "-o", "comm=", "-p", process).Contains("assemblies"));
        }

        if (isReplaced)
        {
            // Nothing is where it was in the file, as in another version.
            File.WriteAllBytes($"{program}.new", new byte[new FileInfo(program).Length]);
            File.Move($"{program}.new", program, overwrite: true);
        }
        else
        {
            File.Delete(program);
        }

        // What was never asked before: a tool's question, a new peer, links that go and come back.
        Wait.Until(() => two.HasRoute() && two.Pings(), seconds: 2 * TwoSites.Soon);
        Assert.Contains("latest handshake", two.A.Run(Programs.Wg, "show", "wg0"));
        two.A.Sh($"{Programs.Wg} set wg0 peer $({Programs.Wg} genkey | {Programs.Wg} pubkey) allowed-ips 10.9.0.0/24");
        two.Cut();
        Wait.Until(() => !two.HasRoute(), seconds: TwoSites.Soon);
        two.Mend();
        Wait.Until(() => two.HasRoute() && two.Pings(), seconds: TwoSites.Soon);
        Assert.Contains("b.example.org", two.A.Run(Programs.Weft, "status", "wg0"));
        Assert.Equal(device, two.A.Run("pgrep", "-f", "[w]eft device").Trim());
        Assert.Equal(watcher, Assert.Single(two.Program.Watchers(two.A)));

        // The new program is there, and the old watcher starts a device by it.
        File.Copy(Programs.Weft, $"{program}.new");
        File.Move($"{program}.new", program, overwrite: true);
        two.A.Run("kill", "-9", device);
        Wait.Until(
            () => two.A.Try("pgrep", "-f", "[w]eft device").Output.Trim() is { Length: > 0 } now && now != device,
            seconds: TwoSites.Soon
        );
        Wait.Until(two.Pings, seconds: TwoSites.Soon);
        two.A.Run(program, "stop", "wg0");
        Assert.False(two.A.Try("pgrep", "-f", "[w]eft (device|watch)").Succeeded);
        Assert.False(two.A.Try("ip", "link", "show", "wg0").Succeeded);
    }
}
