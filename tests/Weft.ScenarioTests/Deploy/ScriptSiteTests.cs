using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Deploy;

/// <summary><c>weft deploy</c> to a router that has its own programs, <c>wg.sh</c>, and no weft.</summary>
public sealed class ScriptSiteTests
{
    [Fact]
    public async Task A_router_gets_script_and_file_on_trial_and_comes_back_by_itself()
    {
        await using Lab lab = new();
        SshSites sites = SshSites.Lay(lab, 2, routers: 1);
        Host router = sites.Sites[0];
        string file = sites.FileOf(router);
        string script = $"{sites.FolderOf(router)}/wg.sh";
        string made = File.ReadAllText($"{Path.GetDirectoryName(sites.MadeFileOf(router))}/wg.sh");

        // Its machine could run weft, so somebody has to say that it is to be the script, by putting one there.
        CommandResult unknown = sites.Deploy();
        Assert.Matches("s1.example.org +refused .*there is no weft there", unknown.Output);
        Assert.Matches("s2.example.org +deployed", unknown.Output);
        Directory.CreateDirectory(sites.FolderOf(router));
        File.WriteAllText(script, made + "# An older one.\n");

        CommandResult first = sites.Deploy();
        Assert.Matches("s1.example.org +deployed .*by wg.sh", first.Output);
        Assert.Equal(made, File.ReadAllText(script));
        Assert.Equal(File.ReadAllText(sites.MadeFileOf(router)), File.ReadAllText(file));
        Assert.Equal("700 0\n600 0\n", router.Run("stat", "-c", "%a %u", script, file));
        Wait.Until(
            () => router.Try("ping", "-n", "-c", "1", "-W", "2", "-I", "10.0.1.1", "10.0.2.1").Succeeded,
            seconds: 30
        );
        Assert.Equal("unchanged unchanged", sites.Outcomes());

        // A Tomato has its boot in nvram.
        string nvram = $"{lab.Folder}/router/bin/nvram";
        File.WriteAllText(nvram, "#!/bin/sh\ncat /run/$2\n");
        File.SetUnixFileMode(nvram, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        CommandResult boot = sites.Deploy();
        Assert.Matches("s1.example.org +unchanged .*by wg.sh; no boot starts it", boot.Output);
        Assert.Contains($"ssh s1.example.org {script} install {file}", boot.Output);
        router.Sh($"echo \"sh '{script}' start '{file}' #weft-wg0#\" >/run/script_init");
        Assert.DoesNotContain("boot", sites.Deploy().Output);
        File.Delete(nvram);

        // Answers to the office leave through the tunnel now, and go nowhere: nobody can confirm it.
        string before = File.ReadAllText(file);
        sites.Change(sites.Sites[1], "Lan = 203.0.113.248/29");
        CommandResult check = sites.Deploy("--check", "s1.example.org");
        Assert.Matches("s1.example.org +would change .*by wg.sh", check.Output);
        Assert.Equal(
            ["+ s2.example.org: AllowedIPs = ", "- s2.example.org: AllowedIPs = "],
            check
                .Output.Split('\n')
                .Select(line => line.Trim())
                .Where(line => line.StartsWith("+ ") || line.StartsWith("- "))
                .Select(line => line[..(line.IndexOf('=') + 2)])
                .Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain("Key", check.Output);
        CommandResult cut = sites.Deploy("--confirm", "5", "s1.example.org");
        Assert.Equal(1, cut.Status);
        Assert.Matches("s1.example.org +rolled back .*; the old state is back", cut.Output);
        Assert.Equal(before, File.ReadAllText(file));
        Assert.DoesNotContain("wg0", router.Run("ip", "route", "get", "203.0.113.250"));

        // The process that would go back is killed: another one does it for it.
        sites.Hold(router, "confirm");
        Running held = sites.StartDeploy("--confirm", "60", "s1.example.org");
        Wait.Until(() => router.Try("test", "-e", "/run/weft/deploy/wg0/started").Succeeded, seconds: 30);
        router.Sh("kill -9 $(readlink /run/weft/deploy/wg0.lock)");
        held.Kill();
        Wait.Until(() => !router.Try("test", "-e", "/run/weft/deploy/wg0").Succeeded, seconds: 30);
        sites.Hold(router, "");

        sites.Change(sites.Sites[1], "Lan = 203.0.113.248/29\n", "");
        Assert.Equal("unchanged unchanged", sites.Outcomes());
        Assert.DoesNotContain("wg0", router.Run("ip", "route", "get", "203.0.113.250"));

        // What somebody edited and never started is kept.
        File.AppendAllText(file, "# mine\n");
        Assert.StartsWith("deployed ", sites.Outcomes());
        Assert.EndsWith("# mine\n", File.ReadAllText($"{file}.edited"));
        Assert.Equal(before, File.ReadAllText(file));
        Assert.Equal("unchanged unchanged", sites.Outcomes());
    }
}
