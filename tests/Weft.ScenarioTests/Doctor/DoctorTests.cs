using System.Text.Json;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Doctor;

/// <summary>The doctor names what is broken, and finds nothing where nothing is.</summary>
public sealed class DoctorTests(DoctorMesh mesh) : IClassFixture<DoctorMesh>
{
    static readonly Breakage[] s_all = [.. BrokenSites.All, .. BrokenLinks.All];

    public static TheoryData<string> Titles => [.. s_all.Select(b => b.Title)];

    [Theory]
    [MemberData(nameof(Titles))]
    public void It_names_the_layer_and_how_that_is_known(string title)
    {
        Breakage breakage = s_all.Single(b => b.Title == title);
        // A fault of the site itself shows whatever its links are like.
        if (breakage.About.Length == 0)
            mesh.Start();
        else
            mesh.Heal();
        try
        {
            Array.ForEach(breakage.Break, mesh.Run);
            (int status, JsonElement report) = mesh.Ask();
            Assert.Equal(1, status);
            Assert.Contains(
                Faults(report, breakage.About),
                f =>
                    f.GetProperty("layer").GetString() == breakage.Layer
                    && f.GetProperty("evidence").EnumerateArray().Any(e => e.GetString()!.Contains(breakage.Evidence))
                    && f.GetProperty("remedy").GetString()!.Length > 0
            );
        }
        finally
        {
            Array.ForEach(breakage.Mend, mesh.Run);
        }
    }

    [Fact]
    public void It_finds_nothing_where_all_is_well()
    {
        mesh.Heal();
        foreach (Host site in (Host[])[mesh.A, mesh.B, mesh.C])
        {
            string before = HostState.Capture(site);
            (int status, JsonElement report) = mesh.Ask(site);
            Assert.Equal(0, status);
            Assert.Empty(report.GetProperty("faults").EnumerateArray());
            Assert.All(
                report.GetProperty("peers").EnumerateArray(),
                p =>
                {
                    Assert.True(p.GetProperty("well").GetBoolean());
                    Assert.Equal(1420, p.GetProperty("mtu").GetInt32());
                }
            );
            Assert.Equal(before, HostState.Capture(site));
        }
    }

    [Fact]
    public void It_looks_at_one_peer_and_refuses_one_that_is_not_there()
    {
        mesh.Heal();
        CommandResult one = mesh.A.Try(Programs.Weft, "doctor", "b.example.org");
        Assert.Equal(0, one.Status);
        Assert.Contains("1 peer, all is well", one.Output);
        Assert.DoesNotContain("c.example.org", one.Output);

        CommandResult none = mesh.A.Try(Programs.Weft, "doctor", "d.example.org");
        Assert.Equal(2, none.Status);
        Assert.Contains("no peer 'd.example.org'", none.Errors);
    }

    static IEnumerable<JsonElement> Faults(JsonElement report, string about) =>
        about.Length == 0
            ? report.GetProperty("faults").EnumerateArray()
            : report
                .GetProperty("peers")
                .EnumerateArray()
                .Where(p => p.GetProperty("peer").GetString() == $"{about}.example.org")
                .Select(p => p.GetProperty("fault"))
                .Where(f => f.ValueKind == JsonValueKind.Object);
}
