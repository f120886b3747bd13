using System.Text;
using System.Text.Json.Serialization;

namespace Weft.Control;

/// <summary>
/// A new state of a site that holds only if it is confirmed. While it is on, the site's file on the disk is the old one, so
/// a reboot goes back by itself; the new text waits beside it. <c>/run/weft/trial/NAME</c> says until when.
/// </summary>
sealed record Trial
{
    /// <summary>The site's file.</summary>
    public string File { get; init; } = "";

    /// <summary>Since the machine started; past it, whoever looks first goes back.</summary>
    public TimeSpan Until { get; init; }

    /// <summary>There was a state before, and its file stands; else going back is a stop.</summary>
    public bool HasOld { get; init; }

    internal bool IsOver(TimeSpan now) => now >= Until;

    /// <summary>Where the new text waits to be confirmed, and stays when it was not.</summary>
    internal static string PendingOf(string file) => file + ".unconfirmed";

    /// <summary>Where a text goes that stood in the file's place and was never started.</summary>
    internal static string EditedOf(string file) => file + ".edited";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Trial))]
sealed partial class TrialJson : JsonSerializerContext;

/// <summary>
/// Begins a trial, confirms it or goes back. Called under the lock of the state folder; each step leaves either the old
/// state or a trial that somebody ends, however the process ends.
/// </summary>
sealed class SiteTrial(SiteHost host, string name)
{
    static TimeSpan Now => MachineBoot.Age;

    /// <summary>How long a trial is still on; null when there is none.</summary>
    internal TimeSpan? Left =>
        host.States.ReadTrial(name) is { } trial
            ? trial.Until > Now
                ? trial.Until - Now
                : TimeSpan.Zero
            : null;

    /// <summary>Makes the new state real, for a time.</summary>
    /// <param name="file">
    /// What it should be. On the disk it gives way to the old one; what stands there and is neither of them, because
    /// nothing runs now or somebody edited it, stays or is kept beside it.
    /// </param>
    /// <param name="limit">How long it holds unconfirmed.</param>
    /// <exception cref="OperationFailedException">It could not be done; the old state stands.</exception>
    internal StartResult Begin(SiteFile file, StartOptions options, TimeSpan limit)
    {
        if (host.States.ReadTrial(name) is not null)
        {
            throw new OperationFailedException(
                $"{name} is on trial already",
                $"Confirm that first (weft confirm {name}), or go back (weft start {name})."
            );
        }
        SiteFile? old = Old(file);
        string? onDisk = OnDisk(file.Path);
        if (old is not null && old.Text == file.Text)
        {
            StartResult same = new SiteStart(host, file, options).Run();
            KeepEdited(file.Path, onDisk, [file.Text]);
            Put(file.Path, file.Text);
            return same;
        }
        string pending = Trial.PendingOf(file.Path);
        // In this order: at every moment the new text is somewhere, and what a reboot would find has been proven.
        Put(pending, file.Text);
        if (old is not null)
        {
            KeepEdited(file.Path, onDisk, [old.Text, file.Text]);
            Put(file.Path, old.Text);
        }
        else if (onDisk == file.Text)
        {
            Delete(file.Path);
        }
        bool done = false;
        try
        {
            host.States.WriteTrial(
                name,
                new Trial
                {
                    File = file.Path,
                    Until = Now + limit,
                    HasOld = old is not null,
                }
            );
            StartResult result = new SiteStart(host, file, options).Run();
            done = true;
            return result;
        }
        finally
        {
            // It took back what it did, so there is nothing to go back from.
            if (!done)
            {
                host.States.RemoveTrial(name);
                host.Reporting.Warning($"what could not be started stands in {pending}");
            }
        }
    }

    /// <summary>Keeps the new state.</summary>
    /// <returns>False when there is no trial.</returns>
    /// <exception cref="OperationFailedException">Its time is over, or the file cannot be put in its place.</exception>
    internal bool Confirm()
    {
        if (host.States.ReadTrial(name) is not { } trial)
            return false;
        if (trial.IsOver(Now))
        {
            throw new OperationFailedException(
                $"{name}: too late, the old state is coming back",
                $"What was tried stands in {Trial.PendingOf(trial.File)}."
            );
        }
        host.Reporting.Step($"mv {Trial.PendingOf(trial.File)} {trial.File}");
        Refused(trial.File, () => File.Move(Trial.PendingOf(trial.File), trial.File, overwrite: true));
        host.States.RemoveTrial(name);
        return true;
    }

    /// <summary>Goes back to the old state if the trial's time is over.</summary>
    /// <param name="isWatcher">The site's own watcher asks.</param>
    /// <returns>Where the new text stands; null when there was nothing to do.</returns>
    /// <exception cref="OperationFailedException">The old state cannot be had; the trial stays, to be ended later.</exception>
    internal string? GoBackIfOver(bool isWatcher)
    {
        if (host.States.ReadTrial(name) is not { } trial || !trial.IsOver(Now))
            return null;
        // A damaged note names no file, but the state that the trial began with does.
        string path = trial.File.Length > 0 ? trial.File : host.States.Read(name)?.File ?? "";
        if (trial.HasOld || (trial.File.Length == 0 && File.Exists(path)))
        {
            SiteFile old = SiteFile.Read(path, _ => { });
            new SiteStart(host, old, new StartOptions()).Run();
            host.States.RemoveTrial(name);
        }
        else
        {
            new SiteStop(host, name, null, anyOwner: false) { IsWatcher = isWatcher }.Run();
        }
        return Trial.PendingOf(path);
    }

    /// <summary>What runs now; null when nothing does.</summary>
    /// <exception cref="OperationFailedException">Something runs, but nobody knows any more what it was made of.</exception>
    SiteFile? Old(SiteFile file)
    {
        SiteState? state = host.States.Read(name);
        if (state is not null && host.States.ReadApplied(state) is { } old)
            return old;
        if (state is null && host.Netlink.FindLink(name) is null)
            return null;
        throw new OperationFailedException(
            $"{name} runs, but what it was started from is not known any more, so there is nothing to go back to",
            $"Start {file.Path} without --confirm once; from then on it is known."
        );
    }

    /// <summary>Null when there is none.</summary>
    static string? OnDisk(string path)
    {
        string? text = null;
        if (File.Exists(path))
            Refused(path, () => text = File.ReadAllText(path));
        return text;
    }

    /// <summary>Nobody's work is lost without a trace, however it came there.</summary>
    void KeepEdited(string path, string? onDisk, ReadOnlySpan<string> known)
    {
        if (onDisk is null || known.Contains(onDisk))
            return;
        Put(Trial.EditedOf(path), onDisk);
        host.Reporting.Warning($"{path} was edited and never started; that text stands in {Trial.EditedOf(path)}");
    }

    void Put(string path, string text) =>
        Refused(
            path,
            () =>
            {
                if (PrivateFile.Write(path, Encoding.UTF8.GetBytes(text), isDurable: true))
                    host.Reporting.Step($"write {path}");
            }
        );

    void Delete(string path)
    {
        host.Reporting.Step($"rm {path}");
        Refused(path, () => File.Delete(path));
    }

    static void Refused(string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationFailedException(
                $"{path}: cannot be changed: {e.Message}",
                "A trial keeps both states on the disk: see that there is room and that it can be written to.",
                e
            );
        }
    }
}
