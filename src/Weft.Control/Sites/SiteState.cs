using System.Collections.Immutable;
using System.Text;
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

    /// <summary>Peers that are down: the networks behind them have no route now.</summary>
    public ImmutableArray<string> Withdrawn { get; init; } = [];

    /// <summary>What the file's DNS asked for; empty when nothing stands.</summary>
    public ImmutableArray<string> NameServers { get; init; } = [];

    /// <summary>Whom it was asked of.</summary>
    public string? NameServerKeeper { get; init; }

    /// <summary>Where the sites' names were written; null for nowhere.</summary>
    public string? NamesPlace { get; init; }

    public ImmutableArray<string> PreDown { get; init; } = [];

    public ImmutableArray<string> PostDown { get; init; } = [];

    /// <summary>What a start wrote; null when it is damaged, or of another version.</summary>
    internal static SiteState? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            SiteState? state = JsonSerializer.Deserialize(json, SiteStateJson.Default.SiteState)?.WithEveryList();
            return state is { Version: CurrentVersion } && state.IsWhole() ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A list that the file lacks is empty: an older Weft had fewer of them, and may have written the file.</summary>
    SiteState WithEveryList() =>
        this with
        {
            Endpoints = Endpoints ?? ImmutableSortedDictionary<string, string>.Empty,
            Addresses = Given(Addresses),
            Restore = Given(Restore),
            Needs = Given(Needs),
            Withdrawn = Given(Withdrawn),
            NameServers = Given(NameServers),
            PreDown = Given(PreDown),
            PostDown = Given(PostDown),
        };

    /// <summary>Nothing in it is null: JSON says so where it likes, whatever the types say.</summary>
    bool IsWhole() =>
        !new[] { Name, File, Namespace, Engine }.Contains(null!)
        && !Endpoints.ContainsValue(null!)
        && new[] { Addresses, Needs, Withdrawn, NameServers, PreDown, PostDown }.All(list => !list.Contains(null!))
        && Restore.All(setting => setting.Key is not null && setting.Value is not null);

    static ImmutableArray<T> Given<T>(ImmutableArray<T> list) => list.IsDefault ? [] : list;
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SiteState))]
sealed partial class SiteStateJson : JsonSerializerContext;

/// <summary>The folder of the <see cref="SiteState"/> files, and the lock that lets one process at a time change sites.</summary>
/// <param name="path">The folder, <c>/run/weft</c> but for tests.</param>
sealed class SiteStateFolder(string path, Reporting reporting)
{
    const UnixFileMode OwnFolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    SiteFile? _applied;

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
                return taken;
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
    internal IDisposable? TryLock()
    {
        Directory.CreateDirectory(path, OwnFolderMode);
        try
        {
            FolderLock? taken = FolderLock.TryTake(path);
            if (taken is not { IsRemoved: true })
                return taken is null ? null : new Holding(path, taken);
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
            if (SiteState.Parse(File.ReadAllBytes(file)) is { } state && state.Name == name)
                return state;
            reporting.Warning($"{file}: not a state of {name} that this version wrote; carrying on without it");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reporting.Warning($"{file}: {e.Message}; carrying on without it");
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
        PrivateFile.Write(file, text);
    }

    /// <summary>Forgets the site, its watcher's notes included. A watcher that runs sees it and ends.</summary>
    /// <param name="isWatcher">The site's own watcher asks: it goes on its own.</param>
    internal void Remove(string name, bool isWatcher = false)
    {
        foreach (string file in (string[])[PathOf(name), AppliedOf(name), TrialOf(name)])
        {
            if (!File.Exists(file))
                continue;
            reporting.Trace($"remove {file}");
            File.Delete(file);
        }
        if (!isWatcher)
            WatchFolderOf(name).Remove(reporting);
        Tidy();
    }

    /// <summary>Removes the folders in which nothing is left.</summary>
    internal void Tidy()
    {
        foreach (string folder in (string[])[AppliedFolder, WatchFolders, TrialFolder])
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
    }

    /// <summary>The site's trial; null when none is on.</summary>
    internal Trial? ReadTrial(string name)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(TrialOf(name)), TrialJson.Default.Trial);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException)
        {
            // Whatever it said, somebody was trying something: the way back is the safe one.
            reporting.Warning($"{TrialOf(name)}: damaged; the trial counts as over");
            return new Trial();
        }
    }

    internal void WriteTrial(string name, Trial trial)
    {
        Directory.CreateDirectory(TrialFolder, OwnFolderMode);
        reporting.Trace($"write {TrialOf(name)}");
        PrivateFile.Write(TrialOf(name), JsonSerializer.SerializeToUtf8Bytes(trial, TrialJson.Default.Trial));
    }

    internal void RemoveTrial(string name)
    {
        if (!File.Exists(TrialOf(name)))
            return;
        reporting.Trace($"remove {TrialOf(name)}");
        File.Delete(TrialOf(name));
        Tidy();
    }

    string TrialFolder => Path.Combine(path, "trial");

    string TrialOf(string name) => Path.Combine(TrialFolder, name);

    /// <summary>
    /// Keeps what a start made real, keys included: a file that is edited afterwards is not what runs. It lives in memory
    /// (<c>/run</c>) as the keys in the device do.
    /// </summary>
    internal void WriteApplied(SiteFile file)
    {
        byte[] text = Encoding.UTF8.GetBytes(file.Text);
        string path = AppliedOf(file.Interface);
        Directory.CreateDirectory(AppliedFolder, OwnFolderMode);
        if (PrivateFile.Write(path, text))
            reporting.Trace($"write {path}");
    }

    /// <summary>What the last start made real, under the path that it was read from; null when that is not known.</summary>
    internal SiteFile? ReadApplied(SiteState state)
    {
        string path = AppliedOf(state.Name);
        if (!File.Exists(path))
            return null;
        string text = File.ReadAllText(path);
        if (_applied is not null && _applied.Text == text && _applied.Path == state.File)
            return _applied;
        try
        {
            _applied = SiteFile.Read(path, _ => { }) with { Path = state.File };
            return _applied;
        }
        catch (Exception e) when (e is FaultyFileException or OperationFailedException)
        {
            reporting.Warning($"{path}: damaged; carrying on without it");
            return null;
        }
    }

    internal WatchFolder WatchFolderOf(string name) => new(Path.Combine(WatchFolders, name));

    string WatchFolders => Path.Combine(path, "watch");

    string AppliedFolder => Path.Combine(path, "applied");

    string AppliedOf(string name) => Path.Combine(AppliedFolder, name + SiteFile.Extension);

    internal string PathOf(string name) => Path.Combine(path, name);

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
