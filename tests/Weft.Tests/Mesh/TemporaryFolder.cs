namespace Weft.Tests.Mesh;

/// <summary>A folder of one test's own, gone with it.</summary>
sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("weft-mesh-test-").FullName;

    internal string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Every file below, by its path from here, with its content.</summary>
    internal Dictionary<string, string> Files() =>
        Directory
            .EnumerateFiles(Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .ToDictionary(file => System.IO.Path.GetRelativePath(Path, file), File.ReadAllText);

    /// <summary>Permission bits as chmod writes them.</summary>
    internal static string ModeOf(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);

    internal static void SetMode(string path, string octal) =>
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(octal, 8));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
