using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Names;

/// <summary>Names that do not resolve are told with every write that may have brought them, and hold up none.</summary>
public sealed class WrittenNamesTests
{
    [Fact]
    public async Task Every_write_tells_of_names_that_do_not_resolve()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        lab.SetName("a.example.org", "203.0.113.1");
        string mesh = Path.Combine(lab.Folder, "mesh.conf");
        File.WriteAllText(
            mesh,
            """
            [Mesh]
            Network = 192.168.192.0/24
            [Site]
            Name = a.example.org
            [Site]
            Name = b.example.org

            """
        );
        string[] where = ["--mesh", mesh, "--out", $"{lab.Folder}/sites"];

        CommandResult made = host.Try([Programs.Weft, "makeconf", "--from", mesh, .. where[2..]]);
        Assert.True(made.Succeeded, made.Errors);
        Assert.Contains("b.example.org, where others dial b.example.org, does not resolve here", made.Errors);
        Assert.DoesNotContain("a.example.org", made.Errors);
        CommandResult added = host.Try([Programs.Weft, "site", "add", "c.example.org", .. where]);
        Assert.True(added.Succeeded, added.Errors);
        Assert.Contains("c.example.org", added.Errors);
        Assert.DoesNotContain("b.example.org", added.Errors);
        Assert.Equal("", host.Try([Programs.Weft, "site", "add", "d.example.org", "--offline", .. where]).Errors);
        Assert.Contains(
            "b.example.org",
            host.Run(Programs.Weft, "makeconf", "--from", mesh, "--json", "--out", where[3])
        );
        Assert.True(File.Exists($"{lab.Folder}/sites/d.example.org/wg0.conf"));
    }
}
