using Weft.Tests.Mesh;
using Weft.Tests.Wg;
using Xunit;

namespace Weft.Tests.Cli;

/// <summary>The built program's wizard, answered by lines.</summary>
public sealed class WizardProgramTests
{
    [Fact]
    public void Mapped_lans_are_shown_and_written_to_the_mesh_and_to_the_files()
    {
        using TemporaryFolder folder = new();
        const string answers = """



            a.example.org

            192.168.1.0/24 as 10.201.0.0/24

            b.example.org

            192.168.1.0/24 as 10.201.1.0/24



            """;
        string mesh = folder.In("mesh.conf");
        string output = folder.In("out");

        WgOutcome outcome = WgRunner.RunProcess(
            WgRunner.Program,
            "weft",
            ["makeconf", "--offline", "--mesh", mesh, "--out", output],
            new WgCase("") { Input = answers },
            sockets: null
        );

        Assert.Equal((0, ""), (outcome.Status, outcome.Error));
        Assert.Matches(@"a\.example\.org +\S+ [0-9./]+ +\S+ 192\.168\.1\.0/24 as", outcome.Output);
        Assert.Contains("Lan = 192.168.1.0/24 as 10.201.1.0/24\n", File.ReadAllText(mesh));
        Assert.Contains(", 10.201.1.0/24\n", File.ReadAllText(folder.In("out", "a.example.org", "wg0.conf")));
    }
}
