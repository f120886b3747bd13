using System.Diagnostics;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class MeshMakerTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    MadeMesh Make(MeshConfig config) => MeshMaker.Make(config, _folder.In("mesh.conf"), _folder.In("out"));

    string FileOf(string site) => _folder.In("out", site, "wg0.conf");

    SiteConfig Read(string site)
    {
        ParseResult<SiteConfig> result = SiteConfigText.Parse(File.ReadAllText(FileOf(site)), site);
        Assert.Empty(result.Faults);
        return result.Value!;
    }

    [Fact]
    public void What_is_written_reads_back_and_both_ends_fit()
    {
        MadeMesh made = Make(Meshes.Three);

        SiteConfig a = Read("a.example.org");
        SiteConfig c = Read("c.example.org");
        Assert.Equal("a.example.org", a.Interface.Site);
        Assert.Equal(made.Sites[0].PublicKey, a.Interface.PrivateKey!.ToPublicKey());
        Assert.Equal(c.Interface.PrivateKey!.ToPublicKey(), a.Peer("c.example.org").PublicKey);
        Assert.Equal(c.Peer("a.example.org").PresharedKey, a.Peer("c.example.org").PresharedKey);
        Assert.Equal("192.168.192.3/32, 10.0.3.0/24", a.Peer("c.example.org").Allowed());
        Assert.Null(a.Peer("c.example.org").Endpoint);
        Assert.Equal(new HostPort("a.example.org", 51820), c.Peer("a.example.org").Endpoint);
    }

    [Fact]
    public void A_second_run_keeps_every_key_and_writes_nothing()
    {
        Make(Meshes.Three);
        Dictionary<string, string> before = _folder.Files();

        MadeMesh again = Make(Meshes.Three);

        Assert.All(again.Sites, site => Assert.Equal(FileChange.Unchanged, site.Change));
        Assert.Equal(before, _folder.Files());
    }

    [Fact]
    public void A_lost_output_folder_is_made_again_as_it_was()
    {
        Make(Meshes.Three);
        Dictionary<string, string> before = _folder.Files();
        Directory.Delete(_folder.In("out"), recursive: true);

        Make(Meshes.Three);

        Assert.Equal(before, _folder.Files());
    }

    [Fact]
    public void A_new_key_of_one_site_touches_its_own_links_only()
    {
        Make(Meshes.Three);
        PresharedKey? between = Read("a.example.org").Peer("b.example.org").PresharedKey;
        PresharedKey? toC = Read("a.example.org").Peer("c.example.org").PresharedKey;

        File.Delete(_folder.In("keys", "c.example.org.key"));
        MadeMesh made = Make(Meshes.Three);

        Assert.Equal([false, false, true], made.Sites.Select(s => s.HasNewKey));

        Assert.Equal(between, Read("a.example.org").Peer("b.example.org").PresharedKey);
        Assert.NotEqual(toC, Read("a.example.org").Peer("c.example.org").PresharedKey);
    }

    [Fact]
    public void A_setting_of_one_site_changes_the_files_that_show_it_and_no_other()
    {
        Make(Meshes.Three);
        MeshSite[] sites = [.. Meshes.Three.Sites];
        sites[1] = sites[1] with { Mtu = 1400 };

        MadeMesh made = Make(Meshes.Of(sites));

        Assert.Equal(
            [FileChange.Unchanged, FileChange.Changed, FileChange.Unchanged],
            made.Sites.Select(s => s.Change)
        );
    }

    [Fact]
    public void Trying_the_folders_changes_nothing_and_names_what_refuses()
    {
        MeshMaker.TryFolders(_folder.In("mesh.conf"), _folder.In("out"));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
        Assert.Equal(
            $"there is no folder {_folder.In("no")}",
            Assert
                .Throws<OperationFailedException>(() =>
                    MeshMaker.TryFolders(_folder.In("no", "mesh.conf"), _folder.In("out"))
                )
                .Message
        );
    }

    [Fact]
    public void A_corrupt_key_leaves_everything_as_it_was()
    {
        Make(Meshes.Three);
        File.WriteAllText(_folder.In("keys", "b.example.org.key"), "rubbish");
        Dictionary<string, string> before = _folder.Files();

        Assert.Throws<OperationFailedException>(() => Make(Meshes.Three with { Port = 7777 }));

        Assert.Equal(before, _folder.Files());
    }

    [Fact]
    public void A_refused_output_folder_leaves_no_new_keys()
    {
        File.CreateSymbolicLink(_folder.In("out"), _folder.Path);

        Assert.Throws<OperationFailedException>(() => Make(Meshes.Three));

        Assert.False(Directory.Exists(_folder.In("keys")));
    }

    [Fact]
    public void What_fails_before_the_commit_leaves_the_old_mesh()
    {
        Make(Meshes.Three);
        string before = File.ReadAllText(FileOf("a.example.org"));

        Assert.Throws<InvalidOperationException>(() =>
            MeshMaker.Make(
                Meshes.Three with
                {
                    Port = 7777,
                },
                _folder.In("mesh.conf"),
                _folder.In("out"),
                beforeCommit: () => throw new InvalidOperationException()
            )
        );

        Assert.Equal(before, File.ReadAllText(FileOf("a.example.org")));
        Assert.False(Directory.Exists(_folder.In("out", ".weft-stage")));
    }

    [Fact]
    public void A_full_disk_leaves_the_old_mesh_and_says_so()
    {
        string disk = _folder.In("disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(
            Run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk),
            "mounting is not allowed here"
        );
        try
        {
            MeshMaker.Make(Meshes.Three, _folder.In("mesh.conf"), _folder.In("disk", "out"));
            Dictionary<string, string> before = _folder.Files();
            MeshConfig large = Meshes.Of([
                .. Meshes.Three.Sites,
                .. Enumerable.Range(0, 40).Select(i => Meshes.Site($"s{i}.example.org")),
            ]);

            OperationFailedException refusal = Assert.Throws<OperationFailedException>(() =>
                MeshMaker.Make(large, _folder.In("mesh.conf"), _folder.In("disk", "out"))
            );

            Assert.Contains("No space left on device", refusal.Message, StringComparison.Ordinal);
            Assert.Equal("Free some space and run it again; nothing was changed.", refusal.Remedy);
            Assert.Equal(before, _folder.Files());
        }
        finally
        {
            Run("umount", disk);
        }
    }

    [Fact]
    public void A_mesh_file_points_at_the_value_at_fault()
    {
        ParseResult<MeshConfig> parsed = MeshConfigText.Parse(
            """
            [Mesh]
            Network = 192.168.192.0/24
            [Site]
            Name = a.example.org
            Lan = 10.0.1.0/24
            [Site]
            Name = b.example.org
            lan = 10.0.2.0/24, 10.0.1.0/24
            """,
            "mesh.conf"
        );

        Finding finding = Assert.Single(MeshPreflight.Check(parsed.Value!, "mesh.conf"));

        Assert.StartsWith("mesh.conf:8:20: Lan = 10.0.1.0/24", finding.Diagnostic.ToString(), StringComparison.Ordinal);
    }

    static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true }
        )!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
