using System.Globalization;
using Weft.Linux;

namespace Weft.Control;

/// <summary>
/// The clock of this host at the start of a site, which may never have been set: waits for that, gives handshakes a floor, and
/// notes the time while a site runs. The note is the date of the file <c>clock</c> in <see cref="LastingFolder"/>.
/// </summary>
sealed class HostClock(Reporting reporting)
{
    static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(250);

    long? _noted;

    static string NotePath => Path.Combine(LastingFolder.Place, "clock");

    static DateTimeOffset Now => DateTimeOffset.UtcNow;

    /// <summary>Returns once the clock can be believed, or the time is up.</summary>
    /// <param name="file">The site's file.</param>
    internal void Wait(string file, TimeSpan patience)
    {
        long begun = Environment.TickCount64;
        bool isTold = false;
        while (ClockFloor.Of(Facts(file)) is not null)
        {
            TimeSpan left = patience - TimeSpan.FromMilliseconds(Environment.TickCount64 - begun);
            if (left <= TimeSpan.Zero)
                return;
            if (!isTold)
                reporting.Notice(
                    $"the clock says {Text(Now)}, which cannot be: waiting up to {left.TotalSeconds:0} s until it is set"
                );
            isTold = true;
            Thread.Sleep(left < s_often ? left : s_often);
        }
        if (isTold)
            reporting.Notice($"the clock is set: {Text(Now)}");
    }

    /// <summary>
    /// The kernel's WireGuard stamps by the system's clock: sets that, if it is behind what handshakes were stamped with before.
    /// </summary>
    internal void RaiseForKernel(string file)
    {
        if (ClockFloor.Of(Facts(file)) is not { } floor)
            return;
        string before = Text(Now);
        try
        {
            Clocks.SetWallTime(floor.ToUnixTimeSeconds());
            reporting.Step($"date -u -s @{floor.ToUnixTimeSeconds()}");
            reporting.Notice(
                $"the clock said {before}, which cannot be: set to {Text(floor)}, so that peers do not take handshakes for replays"
            );
            TryNote();
        }
        catch (KernelRefusedException e)
        {
            reporting.Warning(
                $"the clock says {before}, and {e.Message}: peers that have seen later handshakes refuse ours until it is set"
                    + " (--engine userspace does without)"
            );
        }
    }

    /// <summary>A floor for our own device, which leaves the system's clock alone; null when it needs none.</summary>
    internal DateTimeOffset? FloorForDevice(string file)
    {
        // The clock may be right and the note ahead of it, after a start with a clock that was set meanwhile.
        if (ClockFloor.Of(Facts(file) with { IsKept = false }) is not { } floor)
            return null;
        reporting.Notice(
            $"the clock says {Text(Now)}, earlier than handshakes of before: they are stamped from {Text(floor)} on"
        );
        TryNote(floor);
        return floor;
    }

    /// <summary>Notes the time, unless a later one is noted already. Without a place for it, the next boot has only the files to go by.</summary>
    internal void TryNote() => TryNote(Now);

    /// <summary>The same for those who come by often: every ten minutes is enough.</summary>
    internal void NoteSeldom()
    {
        if (Environment.TickCount64 - _noted < ClockFloor.NoteEvery.TotalMilliseconds)
            return;
        _noted = Environment.TickCount64;
        TryNote();
    }

    void TryNote(DateTimeOffset time)
    {
        try
        {
            string path = Path.Combine(LastingFolder.Make(), Path.GetFileName(NotePath));
            if (Dated(path) >= time || time < ClockFloor.Earliest)
                return;
            reporting.Trace($"touch {path}");
            using (File.Open(path, FileMode.OpenOrCreate, FileAccess.Write)) { }
            File.SetLastWriteTimeUtc(path, time.UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reporting.Warning($"the time cannot be noted for a boot with a wrong clock: {e.Message}");
        }
    }

    static ClockFacts Facts(string file)
    {
        DateTimeOffset newest = DateTimeOffset.UnixEpoch;
        foreach (string? path in (string?[])[file, Environment.ProcessPath, .. Kept()])
        {
            if (Dated(path) is { } time && time > newest)
                newest = time;
        }
        return new ClockFacts(Now, Clocks.IsSynchronized, Dated(NotePath), newest);
    }

    static string[] Kept()
    {
        try
        {
            return Directory.GetFiles(LastingFolder.Place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static DateTimeOffset? Dated(string? path) =>
        File.Exists(path) ? new DateTimeOffset(File.GetLastWriteTimeUtc(path)) : null;

    static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
