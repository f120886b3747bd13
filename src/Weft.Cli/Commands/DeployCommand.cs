using System.Collections.Immutable;
using System.CommandLine;
using Weft.Cli.Deploy;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary><c>weft deploy [SITE…]</c>: brings sites their files by ssh, each with a way back.</summary>
static class DeployCommand
{
    internal static Command Create()
    {
        Argument<string[]> names = new("site") { Description = "The sites; all of the mesh unless given." };
        Option<string> mesh = new("--mesh")
        {
            Description = "The mesh.",
            DefaultValueFactory = _ => MakeconfCommand.DefaultMesh,
        };
        Option<string> output = new("--out")
        {
            Description = "The folder with one folder per site.",
            DefaultValueFactory = _ => MakeconfCommand.DefaultOut,
        };
        Option<bool> check = new("--check") { Description = "Say what would change at each site, and change nothing." };
        Option<bool> program = new("--program")
        {
            Description = "Bring this program too, to sites that have none or another version.",
        };
        Option<int> confirm = new("--confirm")
        {
            Description = "Seconds after which a site goes back by itself if nobody can log in any more.",
            HelpName = "seconds",
            DefaultValueFactory = _ => 60,
        };
        confirm.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 5 or > 3600)
                result.AddError("--confirm takes seconds from 5 to 3600");
        });
        Option<string?> config = new("--ssh-config")
        {
            Description = "ssh's configuration instead of ~/.ssh/config.",
            HelpName = "file",
        };
        Option<bool> json = new("--json") { Description = "Print what became of each site as JSON." };
        Option<bool> trace = new("--trace") { Description = "Print every command that is run." };
        Command command = new(
            "deploy",
            "Bring sites their files by ssh: tried, confirmed by logging in again, else undone."
        )
        {
            names,
            mesh,
            output,
            check,
            program,
            confirm,
            config,
            json,
            trace,
        };
        command.SetAction(parsed =>
        {
            using DeployableMesh made = DeployableMesh.Open(
                parsed.GetRequiredValue(mesh),
                parsed.GetRequiredValue(output)
            );
            ImmutableArray<int> places = made.Choose(parsed.GetValue(names) ?? []);
            DeployOptions options = new()
            {
                Trial = TimeSpan.FromSeconds(parsed.GetRequiredValue(confirm)),
                CheckOnly = parsed.GetValue(check),
                Program = parsed.GetValue(program) ? Environment.ProcessPath : null,
                Version = ProgramVersion.Read(),
            };
            SshClient ssh = new(
                parsed.GetValue(config),
                parsed.GetValue(trace) ? line => Console.Error.WriteLine($"+ {line}") : _ => { }
            );
            using DeployProgress progress = new(places.Length);
            ImmutableArray<DeployResult> results = new MeshDeployment(made, ssh, options, progress.Tell)
                .RunAsync(places, CancellationToken.None)
                .GetAwaiter()
                .GetResult();
            progress.Dispose();
            Console.Out.Write(parsed.GetValue(json) ? DeployJson.Write(results) : DeployText.Write(results));
            return results.All(result => result.IsGood) ? 0 : 1;
        });
        return command;
    }
}
