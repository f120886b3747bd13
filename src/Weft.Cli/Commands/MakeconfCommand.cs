using System.Collections.Immutable;
using System.CommandLine;
using Weft.Cli.Makeconf;
using Weft.Cli.Wizard;
using Weft.Config;
using Weft.Control;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary>
/// <c>weft makeconf</c>: makes every site's files, from questions or from a mesh.conf. All of the mesh is written or none
/// of it.
/// </summary>
static class MakeconfCommand
{
    internal const string DefaultOut = "/tmp/wireguard";
    internal const string DefaultMesh = "mesh.conf";

    internal static Command Create()
    {
        Option<string?> from = new("--from") { Description = "Ask nothing: make this mesh.conf." };
        Option<string?> mesh = new("--mesh")
        {
            Description = $"Where the answers are kept, and the defaults come from (default {DefaultMesh}).",
        };
        Option<string> output = new("--out")
        {
            Description = "The folder that gets one folder per site.",
            DefaultValueFactory = _ => DefaultOut,
        };
        Option<bool> json = new("--json") { Description = "Print what was made as JSON; with --from." };
        Option<bool> offline = WrittenNames.Offline();
        Command command = new("makeconf", "Make the files of every site, by questions or from a mesh.conf.")
        {
            from,
            mesh,
            output,
            json,
            offline,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(from) is not null && result.GetValue(mesh) is not null)
                result.AddError("--mesh is for the questions; --from names the file itself");
            if (result.GetValue(from) is null && result.GetValue(json))
                result.AddError("--json needs --from: the questions are for a person");
        });
        command.SetAction(parsed =>
            parsed.GetValue(from) is string file
                ? FromFile(file, parsed.GetRequiredValue(output), parsed.GetValue(json), parsed.GetValue(offline))
                : ByQuestions(
                    parsed.GetValue(mesh) ?? DefaultMesh,
                    parsed.GetRequiredValue(output),
                    parsed.GetValue(offline)
                )
        );
        return command;
    }

    static int FromFile(string file, string output, bool json, bool offline)
    {
        ParseResult<MeshConfig> parsed = MeshFile.Load(file);
        ImmutableArray<Finding> findings = MeshPreflight.Check(parsed, file);
        bool good = findings.All(f => f.Level != FindingLevel.Error);
        if (!json)
            FindingText.Print(Console.Error, findings);
        MadeMesh? made = good ? MeshMaker.Make(parsed.Value!, file, output) : null;
        ImmutableArray<Finding> names = good && !offline ? WrittenNames.Of(parsed.Value!, file) : [];
        findings = [.. findings, .. names];
        if (!json)
            FindingText.Print(Console.Error, names);
        if (json)
            MeshJson.Write(Console.Out, MeshReport.Of(file, findings, made));
        else if (made is not null)
            NextSteps.Print(Console.Out, made, file);
        else
            Console.Error.WriteLine("weft: nothing was written");
        return good ? 0 : 1;
    }

    static int ByQuestions(string file, string output, bool offline)
    {
        MeshConfig? existing = Existing(file);
        MeshMaker.TryFolders(file, output);
        SpectreScreen screen = SpectreScreen.OnStandardStreams();
        screen.Welcome(existing is null ? null : file);
        if (new MeshWizard(screen, existing).Run() is not MeshConfig mesh)
            throw new OperationFailedException(
                screen.IsAtEnd
                    ? "the answers ended before the last question; nothing was written"
                    : "nothing was written",
                screen.IsAtEnd ? "To make a mesh without questions: weft makeconf --from mesh.conf" : null
            );
        MadeMesh made = MeshMaker.Make(mesh, file, output, beforeCommit: () => MeshFile.Save(file, mesh));
        Console.Out.WriteLine();
        if (!offline)
            FindingText.Print(Console.Error, WrittenNames.Of(mesh, file));
        NextSteps.Print(Console.Out, made, file);
        return 0;
    }

    /// <summary>The mesh whose settings are the defaults; null when there is none yet.</summary>
    /// <exception cref="OperationFailedException">There is a file, and it has faults: it is not ours to overwrite.</exception>
    static MeshConfig? Existing(string file)
    {
        if (!File.Exists(file))
            return null;
        ParseResult<MeshConfig> parsed = MeshFile.Load(file);
        if (parsed.Value is not null)
            return parsed.Value;
        FindingText.Print(Console.Error, MeshPreflight.Check(parsed, file));
        throw new OperationFailedException(
            $"{file} is there already and has faults",
            "Mend it, move it away, or name another file with --mesh."
        );
    }
}
