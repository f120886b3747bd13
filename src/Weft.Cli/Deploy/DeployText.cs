using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Weft.Mesh;

namespace Weft.Cli.Deploy;

/// <summary>What became of a deployment, for a person: a line for each site, below it what to do, at the end the sums.</summary>
static class DeployText
{
    const string Indent = "    ";

    internal static string Write(ImmutableArray<DeployResult> results)
    {
        if (results.IsEmpty)
            return "the mesh has no sites\n";
        StringBuilder text = new();
        int site = results.Max(r => r.Site.Length);
        int word = results.Max(r => Word(r.Outcome).Length);
        foreach (DeployResult result in results)
        {
            string took = string.Create(CultureInfo.InvariantCulture, $"{result.Took.TotalSeconds:0.0} s");
            string line =
                $"{result.Site.PadRight(site)}  {Word(result.Outcome).PadRight(word)}  {took, 7}  {result.Text}";
            text.Append(line.TrimEnd()).Append('\n');
            if (result.Remedy is not null)
                text.Append(Indent).Append(result.Remedy).Append('\n');
            foreach (string difference in result.Difference)
                text.Append(Indent).Append(difference).Append('\n');
        }
        IEnumerable<string> sums = results
            .GroupBy(r => r.Outcome)
            .OrderBy(g => g.Key)
            .Select(g => $"{g.Count()} {Word(g.Key)}");
        return text.Append(string.Join(", ", sums)).Append('\n').ToString();
    }

    internal static string Word(DeployOutcome outcome) =>
        outcome switch
        {
            DeployOutcome.Unchanged => "unchanged",
            DeployOutcome.Deployed => "deployed",
            DeployOutcome.Differs => "would change",
            DeployOutcome.RolledBack => "rolled back",
            DeployOutcome.Unreachable => "unreachable",
            DeployOutcome.HeldBack => "held back",
            _ => "refused",
        };
}
