namespace Weft.Fuzz;

/// <summary>
/// Feeds one target: replays what is kept, then mutates it for as long as it is asked to, keeping what does something new
/// and noting what breaks. Seed and kept inputs alone decide what it tries. One thread at a time; <see cref="Current"/>
/// may be read by another one.
/// </summary>
sealed class Fuzzer
{
    readonly Executor _executor;
    readonly Mutator _mutator;
    readonly Random _chance;
    readonly HashSet<string> _signatures = [];
    readonly List<Finding> _findings = [];
    readonly List<byte[]> _new = [];
    volatile byte[]? _current;

    /// <param name="seed">Of all chance.</param>
    public Fuzzer(ITarget target, int seed)
    {
        Target = target;
        _executor = new Executor(target);
        _chance = new Random(seed);
        _mutator = new Mutator(target, _chance);
    }

    public ITarget Target { get; }

    public Corpus Corpus { get; } = new();

    public long Runs { get; private set; }

    /// <summary>One for each place that broke.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Inputs kept that were not there before.</summary>
    public IReadOnlyList<byte[]> New => _new;

    /// <summary>The input that is being run; null between two.</summary>
    public byte[]? Current => _current;

    /// <summary>Called before each run with its input; for those who must know it even if the process dies of it.</summary>
    public Action<byte[]>? Starting { get; set; }

    /// <summary>Starts with inputs that are kept.</summary>
    public void Replay(IEnumerable<byte[]> inputs)
    {
        foreach (byte[] input in inputs)
        {
            if (Run(input) is { } finding)
                Note(finding);
            else
                Corpus.AddSeed(input, _executor.Seen);
        }
    }

    /// <summary>Tries one new input.</summary>
    public void Step()
    {
        byte[] input = _mutator.Mutate(Corpus.Draw(_chance), Corpus.Draw(_chance));
        if (Run(input) is { } finding)
            Note(finding);
        else if (Corpus.TryAdd(input, _executor.Seen))
            _new.Add(input);
    }

    Finding? Run(byte[] input)
    {
        Runs++;
        Starting?.Invoke(input);
        _current = input;
        Finding? finding = _executor.Run(input);
        _current = null;
        return finding;
    }

    void Note(Finding finding)
    {
        if (!_signatures.Add(finding.Signature))
            return;
        byte[] small = Minimiser.Shrink(
            finding.Input,
            candidate => Run(candidate)?.Signature == finding.Signature,
            Target.Shape.IsText,
            // What is slow once is slow each time that it is tried.
            finding.Signature == Executor.SlowRule
                ? 100
                : 4000
        );
        _findings.Add(Run(small) ?? finding);
    }
}
