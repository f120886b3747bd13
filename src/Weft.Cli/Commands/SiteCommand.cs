using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Weft.Cli.Makeconf;
using Weft.Config;
using Weft.Control;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary><c>weft site add|remove|rekey NAME</c>: changes a mesh, and writes again only the files that change.</summary>
static class SiteCommand
{
    /// <summary>What both take.</summary>
    sealed record Common(Option<string> Mesh, Option<string> Output, Option<bool> Json)
    {
        internal static Common Create() =>
            new(
                new("--mesh")
                {
                    Description = "The mesh to change.",
                    DefaultValueFactory = _ => MakeconfCommand.DefaultMesh,
                },
                new("--out")
                {
                    Description = "The folder with one folder per site.",
                    DefaultValueFactory = _ => MakeconfCommand.DefaultOut,
                },
                new("--json") { Description = "Print what was made as JSON." }
            );
    }

    internal static Command Create() =>
        new("site", "Add a site to a mesh, remove one, or give one another key.")
        {
            CreateAdd(),
            CreateRemove(),
            CreateRekey(),
        };

    static Command CreateAdd()
    {
        Argument<string> name = new("name") { Description = "The site's host name (FQDN)." };
        // Values are read as in mesh.conf, so they are texts here.
        Option<string[]> lan = new("--lan") { Description = "A network behind it; several times, or by commas." };
        Option<string?> domain = new("--domain") { Description = "The domain of its hosts' names." };
        Option<bool> nat = new("--nat") { Description = "Nobody can dial in." };
        Option<bool> relay = new("--relay") { Description = "It carries traffic between sites behind NAT." };
        Option<string?> endpoint = new("--endpoint") { Description = "Where others dial it, when not at its name." };
        Option<string?> port = new("--port") { Description = "The UDP port that it listens on." };
        Option<string?> address = new("--address") { Description = "Its tunnel address, when not the next." };
        Option<string?> mtu = new("--mtu") { Description = "The MTU of its tunnel." };
        Option<bool> offline = WrittenNames.Offline();
        Common common = Common.Create();
        Command add = new("add", "Add a site: the others keep their keys and addresses.")
        {
            name,
            lan,
            domain,
            nat,
            relay,
            endpoint,
            port,
            address,
            mtu,
            offline,
            common.Mesh,
            common.Output,
            common.Json,
        };
        add.SetAction(parsed =>
        {
            List<(string Key, string? Value)> settings =
            [
                ("Name", parsed.GetRequiredValue(name)),
                .. (parsed.GetValue(lan) ?? []).Select(value => ("Lan", (string?)value)),
                ("Domain", parsed.GetValue(domain)),
                ("Nat", parsed.GetValue(nat) ? "yes" : null),
                ("Relay", parsed.GetValue(relay) ? "yes" : null),
                ("Endpoint", parsed.GetValue(endpoint)),
                ("Port", parsed.GetValue(port)),
                ("Address", parsed.GetValue(address)),
                ("Mtu", parsed.GetValue(mtu)),
            ];
            string file = parsed.GetRequiredValue(common.Mesh);
            MeshSite site = SiteOf(settings);
            Task<ImmutableArray<Finding>>? names = parsed.GetValue(offline) ? null : WrittenNames.OfOne(site, file);
            MeshChange change = MeshSites.Add(file, parsed.GetRequiredValue(common.Output), site);
            if (change.Made is not null && names is not null)
                change = change with { Findings = [.. change.Findings, .. names.GetAwaiter().GetResult()] };
            return Report(file, change, parsed.GetValue(common.Json));
        });
        return add;
    }

    static Command CreateRemove()
    {
        Argument<string> name = new("name") { Description = "The site." };
        Common common = Common.Create();
        Command remove = new("remove", "Remove a site with its key: the others keep their keys and addresses.")
        {
            name,
            common.Mesh,
            common.Output,
            common.Json,
        };
        remove.SetAction(parsed =>
        {
            string file = parsed.GetRequiredValue(common.Mesh);
            string site = parsed.GetRequiredValue(name);
            MeshChange change = MeshSites.Remove(file, parsed.GetRequiredValue(common.Output), site);
            return Report(file, change, parsed.GetValue(common.Json));
        });
        return remove;
    }

    static Command CreateRekey()
    {
        Argument<string> name = new("name") { Description = "The site." };
        Option<bool> finish = new("--finish") { Description = "Every other site has its new file: change over." };
        Option<bool> undo = new("--undo") { Description = "Give up a rekey that is half done." };
        Common common = Common.Create();
        Command rekey = new("rekey", "Give a site another key, in two steps so that no link is lost.")
        {
            name,
            finish,
            undo,
            common.Mesh,
            common.Output,
            common.Json,
        };
        rekey.Validators.Add(result =>
        {
            if (result.GetValue(finish) && result.GetValue(undo))
                result.AddError("--finish and --undo exclude each other");
        });
        rekey.SetAction(parsed =>
        {
            RekeyPhase phase =
                parsed.GetValue(finish) ? RekeyPhase.Finish
                : parsed.GetValue(undo) ? RekeyPhase.Undo
                : RekeyPhase.Begin;
            string file = parsed.GetRequiredValue(common.Mesh);
            string site = parsed.GetRequiredValue(name);
            MeshChange change = MeshSites.Rekey(file, parsed.GetRequiredValue(common.Output), site, phase);
            return Report(file, change, parsed.GetValue(common.Json), new RekeyStep(site, phase));
        });
        return rekey;
    }

    /// <summary>A site from its settings, read as the file would be.</summary>
    static MeshSite SiteOf(List<(string Key, string? Value)> settings)
    {
        StringBuilder text = new("[Mesh]\nNetwork = 192.168.192.0/24\n[Site]\n");
        foreach ((string key, string? value) in settings)
        {
            if (value is null)
                continue;
            if (value.Contains('#', StringComparison.Ordinal))
            {
                throw new OperationFailedException(
                    $"{key}: {value} has a '#', behind which a file has a comment",
                    "Leave it out."
                );
            }
            text.Append(key).Append(" = ").Append(value.ReplaceLineEndings(" ")).Append('\n');
        }
        ParseResult<MeshConfig> parsed = MeshConfigText.Parse(text.ToString(), "the new site");
        return parsed.Value is MeshConfig mesh
            ? mesh.Sites[0]
            : throw new OperationFailedException(parsed.Faults[0].Message, parsed.Faults[0].Remedy);
    }

    static int Report(string file, MeshChange change, bool json, RekeyStep? rekey = null)
    {
        if (json)
            MeshJson.Write(Console.Out, MeshReport.Of(file, change.Findings, change.Made, rekey));
        else
            FindingText.Print(Console.Error, change.Findings);
        if (change.Made is null)
        {
            Console.Error.WriteLine("weft: nothing was changed");
            return 1;
        }
        if (!json)
            NextSteps.Print(Console.Out, change.Made, file, rekey);
        return 0;
    }
}
