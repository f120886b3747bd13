using Weft.Fuzz;
using Weft.Fuzz.Targets;
using Xunit;

namespace Weft.Tests.Fuzz;

/// <summary>
/// The fuzzer, briefly: every input that is kept holds, by name, and some thousands of new ones do, which are the same each
/// time. <c>./fuzz.sh</c> runs it for as long as one likes.
/// </summary>
public sealed class FuzzTests
{
    /// <summary>Far more than any target takes, on a machine however busy: an input that never ends is told from that.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    const int Seed = 20_260_101;

    static readonly Places Places = Places.Find();

    public static TheoryData<string> Targets => [.. AllTargets.Names];

    public static TheoryData<string, string> Crashes =>
        [
            .. AllTargets.Names.SelectMany(target =>
                InputFile
                    .ReadAll(Places.CrashesOf(target))
                    .Select(crash => new TheoryDataRow<string, string>(target, crash.Name))
            ),
        ];

    [Theory]
    [MemberData(nameof(Crashes))]
    public void Holds_for_what_once_broke_it(string target, string crash)
    {
        using ITarget made = AllTargets.Make(target);
        byte[] input = InputFile.Read(Path.Combine(Places.CrashesOf(target), crash));
        Assert.Null(new Executor(made).Run(input)?.Report);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Holds_for_inputs_that_nobody_thought_of(string target)
    {
        using ITarget made = AllTargets.Make(target);
        Fuzzer fuzzer = new(made, Seed);
        Thread thread = new(() =>
        {
            fuzzer.Replay(Places.KeptOf(target).Select(kept => kept.Input));
            for (int i = 0; i < made.Shape.BriefRuns; i++)
                fuzzer.Step();
        })
        {
            IsBackground = true,
        };
        thread.Start();
        Assert.True(thread.Join(Patience), $"does not end: {Convert.ToHexString(fuzzer.Current ?? [])}");
        Assert.True(fuzzer.Corpus.Count > 0, "no inputs are kept");
        Assert.Empty(fuzzer.Findings.Select(Describe));
    }

    static string Describe(Finding finding) =>
        $"{finding.Signature}\n{Convert.ToHexString(finding.Input)}\n{finding.Report}";
}
