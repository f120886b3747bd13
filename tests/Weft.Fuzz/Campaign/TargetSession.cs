using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Weft.Fuzz;

/// <summary>A target with its fuzzer and its files, through one campaign. One worker at a time runs it.</summary>
sealed class TargetSession : IDisposable
{
    readonly Places _places;
    readonly LastInput _last;
    readonly TextWriter _output;
    int _reported;
    int _saved;

    public TargetSession(ITarget target, Places places, int seed, TextWriter output)
    {
        _places = places;
        _output = output;
        Fuzzer = new Fuzzer(target, seed);
        string folder = places.ArtifactsOf(target.Shape.Name);
        if (LastInput.Take(folder) is { } deadly)
        {
            Crashes++;
            Report(deadly, "died", "the process died of it, or was killed while it ran");
        }
        _last = new LastInput(folder, target.Shape.MaxLength);
        Fuzzer.Starting = _last.Set;
    }

    public Fuzzer Fuzzer { get; }

    public string Name => Fuzzer.Target.Shape.Name;

    /// <summary>Distinct, the one of a process that died included.</summary>
    public int Crashes { get; private set; }

    /// <summary>What it was run for, kept inputs included.</summary>
    public TimeSpan Spent { get; private set; }

    public int Kept { get; private set; }

    bool IsStarted { get; set; }

    bool IsHanging { get; set; }

    /// <summary>Runs for a while, at first through what is kept.</summary>
    public void Run(TimeSpan slice, CancellationToken cancel)
    {
        long begun = Stopwatch.GetTimestamp();
        if (!IsStarted)
        {
            IsStarted = true;
            Fuzzer.Replay(_places.KeptOf(Name).Select(kept => kept.Input));
            Kept = Fuzzer.Corpus.Count;
            Fuzzer.Replay(InputFile.ReadAll(_places.FoundOf(Name)).Select(found => found.Input));
        }
        ReportFindings();
        while (Stopwatch.GetElapsedTime(begun) < slice && !cancel.IsCancellationRequested)
        {
            Fuzzer.Step();
            ReportFindings();
        }
        _last.Clear();
        for (; _saved < Fuzzer.New.Count; _saved++)
            Save(_places.FoundOf(Name), Fuzzer.New[_saved]);
        Spent += Stopwatch.GetElapsedTime(begun);
    }

    /// <summary>The target does not come back from an input.</summary>
    public void ReportHang(byte[] input)
    {
        Crashes++;
        IsHanging = true;
        Report(input, "hangs", "it does not come to an end");
    }

    /// <summary>
    /// Takes what this run found into the repository's corpus, small as it can be, as far as it does something that nothing
    /// kept does.
    /// </summary>
    public int Keep()
    {
        const int longest = 2048;
        Executor executor = new(Fuzzer.Target);
        Corpus kept = new();
        foreach ((_, byte[] input) in _places.KeptOf(Name))
        {
            if (executor.Run(input) is null)
                kept.AddSeed(input, executor.Seen);
        }
        int count = 0;
        foreach (byte[] input in Fuzzer.New.Where(i => i.Length <= longest).OrderBy(i => i.Length))
        {
            if (executor.Run(input) is not null || kept.NewIn(executor.Seen) is not { Count: > 0 } wanted)
                continue;
            byte[] small = Minimiser.Shrink(
                input,
                candidate => executor.Run(candidate) is null && wanted.IsSubsetOf(executor.Seen.Features),
                Fuzzer.Target.Shape.IsText,
                tries: 1000
            );
            executor.Run(small);
            kept.AddSeed(small, executor.Seen);
            Save(_places.CorpusOf(Name), small);
            count++;
        }
        return count;
    }

    public void Dispose()
    {
        // Its thread still uses both, and ends with the process.
        if (IsHanging)
            return;
        _last.Dispose();
        Fuzzer.Target.Dispose();
    }

    string Save(string folder, byte[] input) =>
        InputFile.Write(folder, NameOf(input), input, Fuzzer.Target.Shape.IsText);

    static string NameOf(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 5));

    void ReportFindings()
    {
        for (; _reported < Fuzzer.Findings.Count; _reported++)
        {
            Crashes++;
            Finding finding = Fuzzer.Findings[_reported];
            Report(finding.Input, finding.Signature, finding.Report);
        }
    }

    void Report(byte[] input, string signature, string report)
    {
        string folder = _places.ArtifactsOf(Name);
        string path = InputFile.Write(folder, $"crash-{NameOf(input)}", input, Fuzzer.Target.Shape.IsText);
        string shown = Path.GetRelativePath(_places.Root, path);
        lock (_output)
        {
            _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name}: BROKEN: {signature}"));
            foreach (string line in report.Split('\n').Take(12))
                _output.WriteLine($"    | {line.TrimEnd()}");
            _output.WriteLine($"    {input.Length} bytes; again: ./fuzz.sh --target {Name} --repeat {shown}");
        }
    }
}
