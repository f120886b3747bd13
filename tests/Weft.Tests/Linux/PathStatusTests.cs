using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weft.Linux;
using Weft.Linux.Interop;
using Xunit;

namespace Weft.Tests.Linux;

public sealed class PathStatusTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("weft-path-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string In(string name) => Path.Combine(_folder, name);

    [Fact]
    public void Struct_statx_is_laid_out_as_in_linux_stat_h()
    {
        Assert.Equal(256, Unsafe.SizeOf<Statx>());
        Assert.Equal(20, (int)Marshal.OffsetOf<Statx>(nameof(Statx.stx_uid)));
        Assert.Equal(28, (int)Marshal.OffsetOf<Statx>(nameof(Statx.stx_mode)));
        Assert.Equal(136, (int)Marshal.OffsetOf<Statx>(nameof(Statx.stx_dev_major)));
        Assert.Equal(140, (int)Marshal.OffsetOf<Statx>(nameof(Statx.stx_dev_minor)));
    }

    [Fact]
    public void A_path_is_what_stat_says_it_is()
    {
        File.WriteAllText(In("file"), "");
        File.SetUnixFileMode(In("file"), UnixFileMode.UserRead | UnixFileMode.GroupExecute);
        Directory.CreateSymbolicLink(In("link"), "/");

        Assert.Equal(PathKind.Folder, PathStatus.Of(_folder)!.Value.Kind);
        Assert.Equal(PathKind.Link, PathStatus.Of(In("link"))!.Value.Kind);
        Assert.Equal(PathKind.Other, PathStatus.Of("/dev/null")!.Value.Kind);
        Assert.Null(PathStatus.Of(In("nothing")));
        PathStatus file = PathStatus.Of(In("file"))!.Value;
        Assert.Equal(PathKind.File, file.Kind);
        Assert.Equal(Stat("%u", In("file")), file.Owner.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(Stat("%a", In("file")), Convert.ToString((int)file.Mode, 8));
        Assert.Equal(Stat("%Hd %Ld", In("file")), $"{file.Device >> 32} {(uint)file.Device}");
        Assert.Equal(PathStatus.Self, file.Owner);
    }

    [Fact]
    public void What_cannot_be_looked_at_is_refused_by_name()
    {
        File.WriteAllText(In("file"), "");

        KernelRefusedException refusal = Assert.Throws<KernelRefusedException>(() => PathStatus.Of(In("file/below")));

        Assert.Contains(In("file/below"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_held_by_one_at_a_time_and_never_through_a_link()
    {
        Directory.CreateSymbolicLink(In("link"), _folder);
        using (FolderLock held = FolderLock.TryTake(_folder)!)
        {
            Assert.Null(FolderLock.TryTake(_folder));
            held.SyncFileSystem();
        }
        using (FolderLock? again = FolderLock.TryTake(_folder))
            Assert.NotNull(again);
        Assert.Throws<KernelRefusedException>(() => FolderLock.TryTake(In("link")));
        Assert.Throws<KernelRefusedException>(() => FolderLock.TryTake(In("nothing")));
    }

    [Fact]
    public void Two_folders_exchange_their_names()
    {
        Directory.CreateDirectory(In("one"));
        Directory.CreateDirectory(In("two"));
        File.WriteAllText(In("one/file"), "");

        Assert.True(PathNames.TryExchange(In("one"), In("two")));

        Assert.True(File.Exists(In("two/file")));
        Assert.False(File.Exists(In("one/file")));
        Assert.False(PathNames.TryExchange(In("one"), "/proc"));
    }

    [Fact]
    public void A_file_gets_a_second_name()
    {
        File.WriteAllText(In("file"), "");

        Assert.True(PathNames.TryLink(In("file"), In("name")));

        File.WriteAllText(In("name"), "x");
        Assert.Equal("x", File.ReadAllText(In("file")));
        Assert.Throws<KernelRefusedException>(() => PathNames.TryLink(In("file"), In("name")));
    }

    static string Stat(string format, string path)
    {
        using Process stat = Process.Start(
            new ProcessStartInfo("stat", ["-c", format, path]) { RedirectStandardOutput = true }
        )!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }
}
