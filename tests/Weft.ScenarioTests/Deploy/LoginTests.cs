using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Deploy;

/// <summary>Logins that are not root's, and sites where there is no weft yet.</summary>
public sealed class LoginTests
{
    [Fact]
    public async Task A_login_that_is_not_roots_becomes_root_and_says_so_when_it_cannot()
    {
        await using Lab lab = new();
        SshSites one = SshSites.Lay(lab, 1);
        Host site = one.Sites[0];
        one.Change(site, "Ssh = admin@s1.example.org:22");

        Sudoers(lab, site, "admin ALL=(ALL:ALL) ALL");
        CommandResult asked = one.Deploy();
        Assert.Equal(1, asked.Status);
        Assert.Matches("refused .*sudo asks for a password there", asked.Output);

        // A shell is what it needs, and no other program in its place.
        Sudoers(lab, site, $"admin ALL=(root) NOPASSWD: {Programs.Weft}, /usr/bin/wg");
        CommandResult narrow = one.Deploy();
        Assert.Equal(1, narrow.Status);
        Assert.Contains("NOPASSWD: /bin/sh", narrow.Output);
        Sudoers(lab, site, $"Defaults !authenticate\\nadmin ALL=(root) {Programs.Weft}");
        Assert.Matches("refused .*sudo does not permit it a shell there", one.Deploy().Output);

        Sudoers(lab, site, "admin ALL=(root) NOPASSWD: /bin/sh");
        Assert.Equal("deployed", one.Outcomes());
        Assert.Equal("600 0", site.Run("stat", "-c", "%a %u", one.FileOf(site)).Trim());
    }

    [Fact]
    public async Task A_site_without_weft_is_told_of_and_gets_it_if_that_is_the_wish()
    {
        await using Lab lab = new();
        SshSites one = SshSites.Lay(lab, 1);
        Host site = one.Sites[0];
        SshSites.StopServer(site);
        one.StartServer(site, SshSites.SystemPrograms);

        CommandResult missing = one.Deploy();
        Assert.Matches("refused .*there is no weft there", missing.Output);
        Assert.Contains("weft deploy --program s1.example.org", missing.Output);

        CommandResult brought = one.Deploy("--program");
        Assert.Equal(0, brought.Status);
        string program = $"{one.FolderOf(site)}/weft";
        Assert.Equal(one.Weft("--version"), site.Run(program, "--version"));
        Assert.StartsWith(program, site.Run("pgrep", "-af", "[w]eft watch").Split(' ', 2)[1]);
        Assert.False(File.Exists($"{program}.weft-new"));
        Assert.Equal("unchanged", one.Outcomes("--program"));
    }

    static void Sudoers(Lab lab, Host site, string line)
    {
        string file = $"{lab.Folder}/sudoers";
        site.Sh(
            $"rm -f {file}; printf 'root ALL=(ALL:ALL) ALL\\n{line}\\n' >{file}; chmod 440 {file}; umount /etc/sudoers || true; mount --bind {file} /etc/sudoers"
        );
    }
}
