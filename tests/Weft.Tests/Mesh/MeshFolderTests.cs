using System.Diagnostics;
using System.Text;
using Weft.Control;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class MeshFolderTests : IDisposable
{
    const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly TemporaryFolder _folder = new();

    string Out => _folder.In("out");

    public void Dispose() => _folder.Dispose();

    FileChange[] Write(params (string Site, string Text)[] files)
    {
        using MeshFolder folder = MeshFolder.Open(Out);
        FileChange[] changes =
        [
            .. files.Select(f => folder.Stage(f.Site, "wg0.conf", Encoding.UTF8.GetBytes(f.Text), Secret)),
        ];
        folder.Commit();
        return changes;
    }

    OperationFailedException Refused(params (string Site, string Text)[] files)
    {
        Dictionary<string, string> before = _folder.Files();
        OperationFailedException refusal = Assert.Throws<OperationFailedException>(() => Write(files));
        Assert.Equal(before, _folder.Files());
        Assert.False(string.IsNullOrEmpty(refusal.Remedy), "a refusal has a way out");
        return refusal;
    }

    [Fact]
    public void A_new_mesh_is_written_for_the_owner_alone_and_leaves_nothing_beside_it()
    {
        Assert.Equal([FileChange.Created, FileChange.Created], Write(("a.org", "A"), ("b.org", "B")));

        Assert.Equal(
            new Dictionary<string, string> { ["out/a.org/wg0.conf"] = "A", ["out/b.org/wg0.conf"] = "B" },
            _folder.Files()
        );
        Assert.Equal("700", TemporaryFolder.ModeOf(Out));
        Assert.Equal("700", TemporaryFolder.ModeOf(_folder.In("out", "a.org")));
        Assert.Equal("600", TemporaryFolder.ModeOf(_folder.In("out", "a.org", "wg0.conf")));
        Assert.Equal(["out"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Only_files_that_change_are_written_again()
    {
        Write(("a.org", "A"), ("b.org", "B"));
        DateTime longAgo = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_folder.In("out", "a.org", "wg0.conf"), longAgo);

        FileChange[] changes = Write(("a.org", "A"), ("b.org", "new"), ("c.org", "C"));

        Assert.Equal([FileChange.Unchanged, FileChange.Changed, FileChange.Created], changes);
        Assert.Equal(longAgo, File.GetLastWriteTimeUtc(_folder.In("out", "a.org", "wg0.conf")));
        Assert.Equal("new", File.ReadAllText(_folder.In("out", "b.org", "wg0.conf")));
        Assert.Equal("C", File.ReadAllText(_folder.In("out", "c.org", "wg0.conf")));
        Assert.Equal(3, Directory.EnumerateFileSystemEntries(Out).Count());
    }

    [Fact]
    public void What_is_not_committed_changes_nothing()
    {
        Write(("a.org", "A"));

        using (MeshFolder folder = MeshFolder.Open(Out))
        {
            folder.Stage("a.org", "wg0.conf", "new"u8, Secret);
            folder.Stage("b.org", "wg0.conf", "B"u8, Secret);
        }

        Assert.Equal(new Dictionary<string, string> { ["out/a.org/wg0.conf"] = "A" }, _folder.Files());
    }

    [Fact]
    public void A_new_folder_that_is_not_committed_never_appears()
    {
        using (MeshFolder folder = MeshFolder.Open(Out))
        {
            folder.Stage("a.org", "wg0.conf", "A"u8, Secret);
            Assert.False(Directory.Exists(Out));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_run_killed_before_the_commit_leaves_the_old_mesh_and_the_next_run_works()
    {
        Write(("a.org", "A"));
        Directory.CreateDirectory(_folder.In("out", ".weft-stage", "a.org"));
        File.WriteAllText(_folder.In("out", ".weft-stage", "a.org", "wg0.conf"), "half");

        Write(("a.org", "A"), ("b.org", "B"));

        Assert.Equal("A", File.ReadAllText(_folder.In("out", "a.org", "wg0.conf")));
        Assert.False(Directory.Exists(_folder.In("out", ".weft-stage")));
    }

    [Fact]
    public void A_run_killed_after_the_commit_is_brought_to_its_end_by_the_next()
    {
        Write(("a.org", "A"), ("b.org", "B"));
        foreach ((string site, string text) in new[] { ("b.org", "new B"), ("c.org", "new C") })
        {
            Directory.CreateDirectory(_folder.In("out", ".weft-commit", site));
            File.WriteAllText(_folder.In("out", ".weft-commit", site, "wg0.conf"), text);
        }

        using (MeshFolder.Open(Out)) { }

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["out/a.org/wg0.conf"] = "A",
                ["out/b.org/wg0.conf"] = "new B",
                ["out/c.org/wg0.conf"] = "new C",
            },
            _folder.Files()
        );
    }

    [Fact]
    public void A_new_folder_of_a_killed_run_is_cleared_away()
    {
        Directory.CreateDirectory(_folder.In(".out.weft-stage", "old.org"));
        TemporaryFolder.SetMode(_folder.In(".out.weft-stage"), "700");
        File.WriteAllText(_folder.In(".out.weft-stage", "old.org", "wg0.conf"), "old");

        Write(("a.org", "A"));

        Assert.Equal(new Dictionary<string, string> { ["out/a.org/wg0.conf"] = "A" }, _folder.Files());
    }

    [Fact]
    public void An_output_folder_that_is_a_link_is_refused()
    {
        Directory.CreateDirectory(_folder.In("real"));
        File.CreateSymbolicLink(Out, _folder.In("real"));

        Assert.Equal($"the output folder {Out} is a link", Refused(("a.org", "A")).Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.In("real")));
    }

    [Fact]
    public void An_output_folder_that_is_a_file_is_refused()
    {
        File.WriteAllText(Out, "");

        Assert.Equal($"the output folder {Out} is not a folder", Refused(("a.org", "A")).Message);
    }

    [Fact]
    public void An_output_folder_of_somebody_else_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a folder away");
        Directory.CreateDirectory(Out);
        using (Process chown = Process.Start("chown", ["65534", Out]))
            chown.WaitForExit();

        Assert.Equal(
            $"the output folder {Out} belongs to user 65534, and this is user 0",
            Refused(("a.org", "A")).Message
        );
    }

    [Fact]
    public void An_open_folder_with_other_things_in_it_is_refused_and_keeps_its_permissions()
    {
        Directory.CreateDirectory(Out);
        TemporaryFolder.SetMode(Out, "755");
        File.WriteAllText(_folder.In("out", "holiday.jpg"), "");

        Assert.Equal(
            $"the output folder {Out} is open to other users and holds holiday.jpg",
            Refused(("a.org", "A")).Message
        );
        Assert.Equal("755", TemporaryFolder.ModeOf(Out));
    }

    [Fact]
    public void An_open_folder_of_ours_is_closed()
    {
        Write(("a.org", "A"));
        TemporaryFolder.SetMode(Out, "755");
        TemporaryFolder.SetMode(_folder.In("out", "a.org"), "755");
        TemporaryFolder.SetMode(_folder.In("out", "a.org", "wg0.conf"), "644");

        Assert.Equal([FileChange.Unchanged], Write(("a.org", "A")));

        Assert.Equal("700", TemporaryFolder.ModeOf(Out));
        Assert.Equal("700", TemporaryFolder.ModeOf(_folder.In("out", "a.org")));
        Assert.Equal("600", TemporaryFolder.ModeOf(_folder.In("out", "a.org", "wg0.conf")));
    }

    [Fact]
    public void A_site_folder_or_a_file_that_is_a_link_is_refused()
    {
        Write(("a.org", "A"), ("b.org", "B"));
        File.WriteAllText(_folder.In("victim"), "precious");
        string file = _folder.In("out", "a.org", "wg0.conf");
        File.Delete(file);
        File.CreateSymbolicLink(file, _folder.In("victim"));
        Assert.Equal($"{file} is not a file of ours but a link", Refused(("b.org", "new"), ("a.org", "new")).Message);

        Directory.Delete(_folder.In("out", "a.org"), recursive: true);
        Directory.CreateDirectory(_folder.In("real"));
        Directory.CreateSymbolicLink(_folder.In("out", "a.org"), _folder.In("real"));
        Assert.Equal(
            $"the site's folder {_folder.In("out", "a.org")} is a link",
            Refused(("b.org", "new"), ("a.org", "new")).Message
        );
    }

    [Fact]
    public void A_missing_parent_folder_is_named() =>
        Assert.Equal(
            $"there is no folder {_folder.In("no")} to put {_folder.In("no", "out")} in",
            Assert.Throws<OperationFailedException>(() => MeshFolder.Open(_folder.In("no", "out"))).Message
        );

    [Fact]
    public void A_folder_in_use_is_refused()
    {
        using (MeshFolder held = MeshFolder.Open(Out))
            Assert.StartsWith(
                "another weft is writing",
                Assert.Throws<OperationFailedException>(() => MeshFolder.Open(Out)).Message,
                StringComparison.Ordinal
            );
        Write(("a.org", "A"));
        using (MeshFolder held = MeshFolder.Open(Out))
            Refused(("a.org", "B"));
    }

    [Fact]
    public void Folders_of_sites_that_left_the_mesh_are_named_and_left_alone()
    {
        Write(("a.org", "A"), ("b.org", "B"));
        Directory.CreateDirectory(_folder.In("out", "notes"));

        using MeshFolder folder = MeshFolder.Open(Out);

        Assert.Equal(["b.org"], folder.Leftovers(["a.org"]));
    }

    [Fact]
    public void The_whole_mesh_takes_its_place_in_one_step_and_unchanged_files_are_the_same_files()
    {
        Write(("a.org", "A"), ("b.org", "B"));
        using FileStream open = File.OpenRead(_folder.In("out", "a.org", "wg0.conf"));

        Write(("a.org", "A"), ("b.org", "new"));

        File.AppendAllText(_folder.In("out", "a.org", "wg0.conf"), "+");
        Assert.Equal("A+", new StreamReader(open).ReadToEnd());
        Assert.Equal(["out"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Folders_of_sites_that_left_stay_when_the_rest_changes()
    {
        Write(("a.org", "A"), ("b.org", "B"));

        Write(("a.org", "new"));

        Assert.Equal(
            new Dictionary<string, string> { ["out/a.org/wg0.conf"] = "new", ["out/b.org/wg0.conf"] = "B" },
            _folder.Files()
        );
    }

    [Fact]
    public void Other_things_in_the_folder_stay_as_they_are()
    {
        Write(("a.org", "A"), ("b.org", "B"));
        File.WriteAllText(_folder.In("out", "README"), "mine");
        Directory.CreateSymbolicLink(_folder.In("out", "link"), "/");

        Assert.Equal(
            [FileChange.Changed, FileChange.Unchanged, FileChange.Created],
            Write(("a.org", "new"), ("b.org", "B"), ("c.org", "C"))
        );

        Assert.Equal(
            ["README", "a.org", "b.org", "c.org", "link"],
            Directory.EnumerateFileSystemEntries(Out).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.Equal("mine", File.ReadAllText(_folder.In("out", "README")));
        Assert.Equal("new", File.ReadAllText(_folder.In("out", "a.org", "wg0.conf")));
    }

    [Fact]
    public void A_killed_run_with_everything_staged_beside_the_folder_is_no_hindrance()
    {
        Write(("a.org", "A"));
        Directory.CreateDirectory(_folder.In(".out.weft-stage", "a.org"));
        TemporaryFolder.SetMode(_folder.In(".out.weft-stage"), "700");
        File.WriteAllText(_folder.In(".out.weft-stage", "a.org", "wg0.conf"), "half");

        Write(("a.org", "new"));

        Assert.Equal(new Dictionary<string, string> { ["out/a.org/wg0.conf"] = "new" }, _folder.Files());
    }
}
