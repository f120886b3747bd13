namespace Weft.Bench.Tunnel;

/// <summary>Folders of this process, below one that is removed when the process ends. Any thread.</summary>
static class Scratch
{
    static readonly string Root = Directory.CreateTempSubdirectory("weft-bench-").FullName;

    internal static string NewFolder() =>
        Directory.CreateDirectory(Path.Combine(Root, Path.GetRandomFileName())).FullName;

    internal static void Remove() => Directory.Delete(Root, recursive: true);
}
