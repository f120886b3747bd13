using System.Diagnostics;
using System.Globalization;

namespace Weft.Fuzz;

/// <summary>
/// Runs targets in turn for a time, a few seconds each, on so many threads; says how it goes, and in the end how it went.
/// </summary>
sealed class Campaign(IReadOnlyList<TargetSession> sessions, TimeSpan time, int jobs, TextWriter output) : IDisposable
{
    static readonly TimeSpan LongestSlice = TimeSpan.FromSeconds(20);

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// An input that is still running after so many looks, a minute on a machine however busy, never ends. Looks and not
    /// seconds, or a process that was stopped for a while would seem to hang.
    /// </summary>
    const int Patience = 600;

    readonly Queue<TargetSession> _waiting = new(sessions);
    readonly CancellationTokenSource _stop = new();
    readonly long _begun = Stopwatch.GetTimestamp();
    int _working;

    /// <summary>False when anything broke.</summary>
    public bool Run()
    {
        Console.CancelKeyPress += Interrupt;
        _working = jobs;
        for (int i = 0; i < jobs; i++)
            new Thread(Work) { IsBackground = true, Name = $"fuzzer {i}" }.Start();
        bool hangs = Watch();
        Console.CancelKeyPress -= Interrupt;
        Summarise();
        return !hangs && sessions.All(s => s.Crashes == 0);
    }

    public void Dispose() => _stop.Dispose();

    TimeSpan Elapsed => Stopwatch.GetElapsedTime(_begun);

    void Interrupt(object? sender, ConsoleCancelEventArgs e)
    {
        e.Cancel = true;
        _stop.Cancel();
    }

    void Work()
    {
        // All targets get a turn, however short the time.
        TimeSpan slice = time * jobs / sessions.Count;
        slice = slice < LongestSlice ? slice : LongestSlice;
        while (Elapsed < time && !_stop.IsCancellationRequested && Take() is { } session)
        {
            TimeSpan left = time - Elapsed;
            session.Run(left < slice ? left : slice, _stop.Token);
            Progress(session);
            lock (_waiting)
                _waiting.Enqueue(session);
        }
        Interlocked.Decrement(ref _working);
    }

    TargetSession? Take()
    {
        lock (_waiting)
            return _waiting.TryDequeue(out TargetSession? session) ? session : null;
    }

    /// <summary>Waits for the end. True when an input hangs, whose thread is then left behind.</summary>
    bool Watch()
    {
        (byte[]? Input, int Looks)[] seen = new (byte[]?, int)[sessions.Count];
        while (Volatile.Read(ref _working) > 0)
        {
            Thread.Sleep(Look);
            for (int i = 0; i < seen.Length; i++)
            {
                byte[]? input = sessions[i].Fuzzer.Current;
                seen[i] = (input, input is not null && input == seen[i].Input ? seen[i].Looks + 1 : 0);
                if (seen[i].Looks < Patience)
                    continue;
                sessions[i].ReportHang(input!);
                LeaveBehind();
                return true;
            }
        }
        return false;
    }

    /// <summary>Waits for all workers but the one whose input hangs, and for no longer than for an input.</summary>
    void LeaveBehind()
    {
        _stop.Cancel();
        for (int looks = 0; looks < Patience && Volatile.Read(ref _working) > 1; looks++)
            Thread.Sleep(Look);
    }

    void Progress(TargetSession session)
    {
        Fuzzer fuzzer = session.Fuzzer;
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $@"{Elapsed:hh\:mm\:ss}  {session.Name, -14} {fuzzer.Runs, 10:N0} runs  {PerSecond(session), 7:N0}/s  "
                + $"corpus {fuzzer.Corpus.Count, 5:N0}  new {fuzzer.New.Count, 5:N0}  broken {session.Crashes}"
        );
        lock (output)
            output.WriteLine(line);
    }

    void Summarise()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        lock (output)
        {
            output.WriteLine();
            output.WriteLine(
                $"{"target", -14} {"runs", 12} {"per second", 11} {"kept", 6} {"corpus", 7} {"new", 6} {"broken", 7}"
            );
            foreach (TargetSession s in sessions)
                output.WriteLine(
                    string.Create(
                        culture,
                        $"{s.Name, -14} {s.Fuzzer.Runs, 12:N0} {PerSecond(s), 11:N0} {s.Kept, 6:N0} "
                            + $"{s.Fuzzer.Corpus.Count, 7:N0} {s.Fuzzer.New.Count, 6:N0} {s.Crashes, 7:N0}"
                    )
                );
            output.WriteLine(
                string.Create(
                    culture,
                    $@"{sessions.Sum(s => s.Fuzzer.Runs):N0} runs in {Elapsed:hh\:mm\:ss}; {sessions.Sum(s => s.Crashes)} broken"
                )
            );
        }
    }

    static double PerSecond(TargetSession session) =>
        session.Spent > TimeSpan.Zero ? session.Fuzzer.Runs / session.Spent.TotalSeconds : 0;
}
