using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Linux;

namespace Weft.Control;

/// <summary>
/// What start has to remember for status, stop and the next start and cannot read off the host: it lives in
/// <c>/run/weft/NAME</c> as JSON (0600) and is gone after a reboot, as all the rest is. Nothing secret is in it but the
/// user's own hooks. All of it can be lost: ownership is marked on the objects themselves.
/// </summary>
sealed record SiteState
{
    internal const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    public required string Name { get; init; }

    /// <summary>The file that it was started from.</summary>
    public required string File { get; init; }

    /// <summary>The network namespace, as <c>readlink /proc/self/ns/net</c> prints it.</summary>
    public required string Namespace { get; init; }

    public required string Engine { get; init; }

    /// <summary>The endpoint of each peer as its file had it: only one that changed is set anew.</summary>
    public ImmutableSortedDictionary<string, string> Endpoints { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The addresses that it set: Linux before 5.18 does not remember who did.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Kernel settings that start changed, with the values that they had, in the order to go back by.</summary>
    public ImmutableArray<Sysctl> Restore { get; init; } = [];

    /// <summary>Kernel settings that the site relies on, whoever changed them.</summary>
    public ImmutableArray<string> Needs { get; init; } = [];

    public ImmutableArray<string> PreDown { get; init; } = [];

    public ImmutableArray<string> PostDown { get; init; } = [];
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SiteState))]
sealed partial class SiteStateJson : JsonSerializerContext;

/// <summary>The folder of the <see cref="SiteState"/> files, and the lock that lets one process at a time change sites.</summary>
/// <param name="path">The folder, <c>/run/weft</c> but for tests.</param>
sealed class SiteStateFolder(string path, Reporting reporting)
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Waits until no other process changes sites on this host. When the holder disposes it, an empty folder goes too.
    /// </summary>
    /// <exception cref="OperationFailedException">Another process did not finish within a minute.</exception>
    internal IDisposable Lock()
    {
        long begun = Environment.TickCount64;
        while (true)
        {
            if (TryLock() is { } taken)
                return new Holding(path, taken);
            if (Environment.TickCount64 - begun > s_patience.TotalMilliseconds)
            {
                throw new OperationFailedException(
                    "Another weft start, stop or restart has been at work for a minute",
                    $"See which process holds {path}: fuser {path}."
                );
            }
            Thread.Sleep(20);
        }
    }

    /// <summary>Null when another process has it, or has just removed the folder.</summary>
    FolderLock? TryLock()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, owner);
        try
        {
            FolderLock? taken = FolderLock.TryTake(path);
            if (taken is not { IsRemoved: true })
                return taken;
            taken.Dispose();
        }
        catch (KernelRefusedException e) when (e.Error == Errno.ENOENT)
        {
            // Made, and removed by the one who was done with it, before we opened it.
        }
        return null;
    }

    /// <summary>Null when there is none, or one that makes no sense, which is reported.</summary>
    internal SiteState? Read(string name)
    {
        string file = PathOf(name);
        try
        {
            SiteState? state = JsonSerializer.Deserialize(File.ReadAllBytes(file), SiteStateJson.Default.SiteState);
            if (state is { Version: SiteState.CurrentVersion } && state.Name == name)
                return state;
            reporting.Warning($"{file}: not a state of {name} that this version wrote; carrying on without it");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException)
        {
            reporting.Warning($"{file}: damaged; carrying on without it");
        }
        return null;
    }

    /// <summary>The states of all sites on this host.</summary>
    internal ImmutableArray<SiteState> ReadAll()
    {
        if (!Directory.Exists(path))
            return [];
        return
        [
            .. Directory
                .EnumerateFiles(path)
                .Select(f => Path.GetFileName(f))
                .Where(n => !n.StartsWith('.'))
                .Select(Read)
                .OfType<SiteState>(),
        ];
    }

    /// <summary>Writes it whole or not at all, and not if it is there already.</summary>
    internal void Write(SiteState state)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(state, SiteStateJson.Default.SiteState);
        string file = PathOf(state.Name);
        if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(text))
            return;
        reporting.Trace($"write {file}");
        string temporary = Path.Combine(path, $".{state.Name}");
        FileStreamOptions options = new()
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (FileStream stream = new(temporary, options))
            stream.Write(text);
        File.Move(temporary, file, overwrite: true);
    }

    internal void Remove(string name)
    {
        if (!File.Exists(PathOf(name)))
            return;
        reporting.Trace($"remove {PathOf(name)}");
        File.Delete(PathOf(name));
    }

    string PathOf(string name) => Path.Combine(path, name);

    sealed class Holding(string path, FolderLock held) : IDisposable
    {
        public void Dispose()
        {
            if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
                Directory.Delete(path);
            held.Dispose();
        }
    }
}
