using System.Collections.Immutable;
using System.CommandLine;
using Weft.Cli.Makeconf;
using Weft.Config;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary><c>weft check mesh.conf</c>: the preflight alone. Changes nothing.</summary>
static class CheckCommand
{
    internal static Command Create()
    {
        Argument<string> file = new("mesh.conf") { Description = "The mesh to look over." };
        Option<bool> json = new("--json") { Description = "Print the findings as JSON." };
        Option<bool> offline = new("--offline") { Description = "Look no names up." };
        Command command = new("check", "Look a mesh over: every finding at once, with a way out.")
        {
            file,
            json,
            offline,
        };
        command.SetAction(parsed =>
            Run(parsed.GetRequiredValue(file), parsed.GetValue(json), parsed.GetValue(offline))
        );
        return command;
    }

    static int Run(string file, bool json, bool offline)
    {
        ParseResult<MeshConfig> parsed = MeshFile.Load(file);
        ImmutableArray<Finding> findings = MeshPreflight.Check(parsed, file);
        bool good = findings.All(f => f.Level != FindingLevel.Error);
        // Names of a mesh that cannot be made are not worth the wait.
        if (good && !offline)
            findings = [.. findings, .. NameChecks.Judge(parsed.Value!, file, NameChecks.Ask(parsed.Value!))];
        if (json)
        {
            MeshJson.Write(
                Console.Out,
                new MeshReport
                {
                    Ok = good,
                    Mesh = file,
                    Findings = FindingText.ToJson(findings),
                }
            );
            return good ? 0 : 1;
        }
        FindingText.Print(Console.Error, findings);
        int errors = findings.Count(f => f.Level == FindingLevel.Error);
        string counted =
            $"{FindingText.Count(errors, "error")}, {FindingText.Count(findings.Length - errors, "warning")}";
        Console.Out.WriteLine(
            parsed.Value is null
                ? $"{file}: {counted}"
                : $"{file}: {FindingText.Count(parsed.Value.Sites.Length, "site")}, {counted}"
        );
        return good ? 0 : 1;
    }
}
