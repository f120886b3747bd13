using System.Net;
using Weft.Control;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// A start that holds only if it is confirmed: by <c>weft confirm</c> from elsewhere or, if that is enough, by the peers
/// that answered before answering again. It waits for the outcome; should its process end first, the site's watcher goes
/// back in time. One thread.
/// </summary>
public sealed class TrialRun(SiteRunner runner, SiteFile file) : IDisposable
{
    static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(250);

    readonly LinkProber _prober = new();

    /// <summary>Makes the new state real and waits.</summary>
    /// <param name="limit">How long it holds unconfirmed.</param>
    /// <param name="byPeers">Peers that answer as before confirm it.</param>
    /// <param name="started">Told once the new state is there.</param>
    /// <exception cref="OperationFailedException">It could not be done; the old state stands.</exception>
    public TrialResult Run(StartOptions options, TimeSpan limit, bool byPeers, Action<StartResult> started)
    {
        ArgumentNullException.ThrowIfNull(started);
        HashSet<IPAddress> before = byPeers ? Answering() : [];
        if (byPeers && before.Count == 0)
        {
            throw new OperationFailedException(
                $"{file.Interface}: no peer answers now, so none can show later that all is as before",
                "Leave --by-peers out and confirm by hand: weft confirm."
            );
        }
        StartResult result = runner.StartOnTrial(file, options, limit);
        started(result);
        if (runner.TrialLeft(file.Interface) is null)
            return new TrialResult(TrialOutcome.Unchanged, result, "");
        before.IntersectWith(Targets());
        string pending = file.Path + ".unconfirmed";
        while (runner.TrialLeft(file.Interface) is { } left)
        {
            if (left == TimeSpan.Zero)
                _ = runner.GoBackIfOver(file.Interface, isWatcher: false);
            else if (byPeers && before.IsSubsetOf(Answering()) && runner.Confirm(file.Interface))
                return new TrialResult(TrialOutcome.Confirmed, result, "the peers answer as before");
            Thread.Sleep(s_often);
        }
        // A confirmation takes the new text from there to its place.
        return File.Exists(pending)
            ? new TrialResult(TrialOutcome.Reverted, result, $"what was tried stands in {pending}")
            : new TrialResult(TrialOutcome.Confirmed, result, "the word was given");
    }

    public void Dispose() => _prober.Dispose();

    HashSet<IPAddress> Answering()
    {
        if (runner.Running(file.Interface) is not { LinkIndex: > 0 } site)
            return [];
        try
        {
            return _prober.Probe(file.Interface, site.LinkIndex, [.. Targets()], () => false);
        }
        catch (KernelRefusedException)
        {
            // The interface is going or coming.
            return [];
        }
    }

    /// <summary>Of all links, those through relays too.</summary>
    IEnumerable<IPAddress> Targets() => SiteLink.Of(file.Config).Select(l => l.Probe).OfType<IPAddress>();
}

/// <summary>How a trial ended.</summary>
/// <param name="Start">What was changed to begin it.</param>
/// <param name="Text">Why, or what remains.</param>
public sealed record TrialResult(TrialOutcome Outcome, StartResult Start, string Text);

public enum TrialOutcome
{
    /// <summary>What the file says was running already.</summary>
    Unchanged,

    /// <summary>The new state stays.</summary>
    Confirmed,

    /// <summary>The old state is back.</summary>
    Reverted,
}
