using System.Diagnostics;
using Weft.Control;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>Checks a site again and again, until it is stopped or the watcher is told to end. One thread.</summary>
public static class WatchLoop
{
    /// <summary>Somebody who asks whether there is a watcher holds the folder for an instant.</summary>
    const int Tries = 10;

    /// <summary>Whoever clears <c>/run</c> may be at it still.</summary>
    static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(200);

    /// <summary>A peer that takes another key is cut off for as long; nothing tells of a handshake but the device when asked.</summary>
    static readonly TimeSpan s_keys = TimeSpan.FromMilliseconds(100);

    /// <summary>When the host cannot even be looked at, for whatever reason.</summary>
    static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(10);

    /// <param name="watch">The site.</param>
    /// <param name="end">Signalled from another thread to end the watching; routes and links stay as they are.</param>
    /// <param name="started">Called once the site is ours to watch.</param>
    /// <param name="log">Told of what happens.</param>
    /// <returns>False when another process watches the site already.</returns>
    public static bool Run(SiteWatch watch, EventCounter end, Action started, WatchLog log)
    {
        ArgumentNullException.ThrowIfNull(watch);
        ArgumentNullException.ThrowIfNull(end);
        ArgumentNullException.ThrowIfNull(started);
        ArgumentNullException.ThrowIfNull(log);
        bool isFirst = true;
        do
        {
            using FolderLock? held = Take(watch);
            if (held is null)
                return false;
            if (isFirst)
                started();
            isFirst = false;
            watch.KeepRecovered();
            if (!WatchUntilGone(watch, end, log))
            {
                watch.Forget();
                return true;
            }
        } while (true);
    }

    /// <summary>False at the end, true when the site's state is gone while the site itself is not.</summary>
    static bool WatchUntilGone(SiteWatch watch, EventCounter end, WatchLog log)
    {
        if (!Directory.Exists(Path.GetDirectoryName(watch.StateFile)))
            return Recover(watch, end, log);
        using FileRemoval stopped = new(watch.StateFile);
        using Poller poller = new(stopped.Descriptor, end.Descriptor, watch.LookupsDone);
        bool isOver = false;
        while (true)
        {
            long begun = Stopwatch.GetTimestamp();
            TimeSpan? interval = Check(watch, () => poller.Wait(0) && IsOver(), log);
            if (interval is null || IsOver())
                return IsLost();
            TimeSpan left;
            while ((left = interval.Value - Stopwatch.GetElapsedTime(begun)) > TimeSpan.Zero)
            {
                TimeSpan nap = watch.HasKeysToFollow && left > s_keys ? s_keys : left;
                if (!poller.Wait((int)Math.Ceiling(nap.TotalMilliseconds)))
                {
                    if (nap == left)
                        break;
                    FollowKeys(watch, log);
                    continue;
                }
                if (IsOver())
                    return IsLost();
                watch.TakeLookups();
            }
        }

        bool IsLost()
        {
            poller.Wait(0);
            return !poller.IsReady(1) && Recover(watch, end, log);
        }

        // The news is there once: whoever asks again must hear the same.
        bool IsOver() => isOver |= poller.IsReady(1) || (poller.IsReady(0) && stopped.Happened());
    }

    static bool Recover(SiteWatch watch, EventCounter end, WatchLog log)
    {
        using Poller ended = new(end.Descriptor);
        while (!ended.Wait((int)s_again.TotalMilliseconds))
        {
            try
            {
                return watch.Recover();
            }
            catch (OperationFailedException e)
            {
                log.Warning(e.Message);
            }
        }
        return false;
    }

    static FolderLock? Take(SiteWatch watch)
    {
        for (int i = 0; i < Tries; i++)
        {
            if (watch.TryTake() is { } held)
                return held;
            Thread.Sleep(50);
        }
        return null;
    }

    static void FollowKeys(SiteWatch watch, WatchLog log)
    {
        try
        {
            watch.FollowKeys();
        }
        catch (OperationFailedException e)
        {
            log.Warning(e.Message);
        }
    }

    static TimeSpan? Check(SiteWatch watch, Func<bool> isEnough, WatchLog log)
    {
        try
        {
            return watch.Check(isEnough);
        }
        catch (OperationFailedException e)
        {
            // The next check may well succeed, and a site without a watcher is worse than one whose watcher complains.
            log.Warning(e.Message);
            return s_afterFault;
        }
    }
}
