using System.Globalization;

namespace Weft.Fuzz;

/// <summary>What the command line asks for.</summary>
sealed record Options
{
    public const string Usage = """
        fuzz.sh [--minutes N] [--target NAME] [--seed N] [--jobs N] [--keep]
        fuzz.sh --target NAME --repeat FILE
        fuzz.sh --list

          --minutes N   how long, for all targets together (60)
          --target NAME this one alone; may be given several times
          --seed N      what all chance is made of (another one each time)
          --jobs N      threads (as many as there are processors)
          --keep        take what does something new into tests/Weft.Fuzz/corpus
          --repeat FILE run one input, and say what comes of it
          --list        the targets
        """;

    public TimeSpan Time { get; private init; } = TimeSpan.FromMinutes(60);

    public IReadOnlyList<string> Targets { get; private init; } = [];

    public int Seed { get; private init; } = Random.Shared.Next();

    public int Jobs { get; private init; } = Environment.ProcessorCount;

    public bool Keep { get; private init; }

    public string? Repeat { get; private init; }

    public bool List { get; private init; }

    public bool Help { get; private init; }

    /// <exception cref="FormatException">That is no way to call it.</exception>
    public static Options Parse(string[] arguments)
    {
        Options options = new();
        Queue<string> rest = new(arguments);
        while (rest.TryDequeue(out string? argument))
        {
            options = argument switch
            {
                "--minutes" => options with { Time = TimeSpan.FromMinutes(Number(argument, rest)) },
                "--target" => options with { Targets = [.. options.Targets, Value(argument, rest)] },
                "--seed" => options with { Seed = (int)Number(argument, rest) },
                "--jobs" => options with { Jobs = Math.Max(1, (int)Number(argument, rest)) },
                "--keep" => options with { Keep = true },
                "--repeat" => options with { Repeat = Value(argument, rest) },
                "--list" => options with { List = true },
                "--help" or "-h" => options with { Help = true },
                _ => throw new FormatException($"{argument} is not known"),
            };
        }
        return options;
    }

    static string Value(string argument, Queue<string> rest) =>
        rest.TryDequeue(out string? value) ? value : throw new FormatException($"{argument} needs a value");

    static double Number(string argument, Queue<string> rest) =>
        double.TryParse(Value(argument, rest), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        && number is >= 0 and <= int.MaxValue
            ? number
            : throw new FormatException($"{argument} needs a number");
}
