using Weft.Control;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class MeshSitesTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public MeshSitesTests()
    {
        MeshFile.Save(Mesh, Meshes.Three);
        MeshMaker.Make(Meshes.Three, Mesh, Out);
    }

    string Mesh => _folder.In("mesh.conf");

    string Out => _folder.In("out");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_site_gets_a_key_and_a_file_and_the_others_a_peer()
    {
        Dictionary<string, string> before = _folder.Files();

        MeshChange change = MeshSites.Add(Mesh, Out, Meshes.Natted("d.example.org", "10.0.4.0/24"));

        Dictionary<string, string> after = _folder.Files();
        Assert.All(
            before.Keys.Where(f => f.StartsWith("keys", StringComparison.Ordinal)),
            f => Assert.Equal(before[f], after[f])
        );
        Assert.Equal(
            [FileChange.Changed, FileChange.Changed, FileChange.Changed, FileChange.Created],
            change.Made!.Sites.Select(s => s.Change)
        );
        Assert.StartsWith(
            before["out/b.example.org/wg0.conf"],
            after["out/b.example.org/wg0.conf"],
            StringComparison.Ordinal
        );
        Assert.Equal(4, MeshFile.Load(Mesh).Value!.Sites.Length);
    }

    [Fact]
    public void A_site_that_does_not_fit_changes_nothing()
    {
        Dictionary<string, string> before = _folder.Files();

        MeshChange change = MeshSites.Add(Mesh, Out, Meshes.Site("d.example.org", "10.0.1.0/25"));

        Assert.Null(change.Made);
        Assert.Single(change.Findings);
        Assert.Equal(before, _folder.Files());
    }

    [Fact]
    public void A_removed_site_is_gone_with_its_key_and_its_folder_and_the_others_keep_theirs()
    {
        Dictionary<string, string> before = _folder.Files();

        MeshChange change = MeshSites.Remove(Mesh, Out, "B.example.org");

        Dictionary<string, string> after = _folder.Files();
        Assert.Equal(
            [
                "keys/a.example.org.key",
                "keys/c.example.org.key",
                "keys/mesh.seed",
                "mesh.conf",
                "out/a.example.org/wg.sh",
                "out/a.example.org/wg0.conf",
                "out/c.example.org/wg.sh",
                "out/c.example.org/wg0.conf",
            ],
            after.Keys.Order(StringComparer.Ordinal)
        );
        Assert.All(
            after.Keys.Where(f => f.StartsWith("keys", StringComparison.Ordinal)),
            f => Assert.Equal(before[f], after[f])
        );
        Assert.Empty(change.Made!.Leftovers);
        Assert.DoesNotContain("b.example.org", after["out/c.example.org/wg0.conf"], StringComparison.Ordinal);
        Assert.Contains("192.168.192.3/24", after["out/c.example.org/wg0.conf"], StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_the_only_public_site_changes_nothing()
    {
        MeshSites.Remove(Mesh, Out, "a.example.org");
        MeshSites.Add(Mesh, Out, Meshes.Natted("d.example.org"));
        Dictionary<string, string> before = _folder.Files();

        MeshChange change = MeshSites.Remove(Mesh, Out, "b.example.org");

        Assert.Null(change.Made);
        Assert.Equal(before, _folder.Files());
    }

    [Fact]
    public void A_site_that_is_not_there_is_named_with_those_that_are()
    {
        OperationFailedException refusal = Assert.Throws<OperationFailedException>(() =>
            MeshSites.Remove(Mesh, Out, "x.example.org")
        );

        Assert.Equal($"{Mesh} has no site x.example.org", refusal.Message);
        Assert.Equal("Its sites are a.example.org, b.example.org, c.example.org.", refusal.Remedy);
    }

    [Fact]
    public void Of_many_sites_only_the_first_are_named()
    {
        MeshFile.Save(Mesh, Meshes.Of([.. Enumerable.Range(0, 100).Select(i => Meshes.Site($"s{i}.example.org"))]));

        string? remedy = Assert
            .Throws<OperationFailedException>(() => MeshSites.Remove(Mesh, Out, "x.example.org"))
            .Remedy;

        Assert.EndsWith("s9.example.org and 90 more.", remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mesh_file_with_faults_is_left_alone()
    {
        File.AppendAllText(Mesh, "rubbish\n");

        OperationFailedException refusal = Assert.Throws<OperationFailedException>(() =>
            MeshSites.Add(Mesh, Out, Meshes.Site("d.example.org"))
        );

        Assert.StartsWith(Mesh, refusal.Message, StringComparison.Ordinal);
    }
}
