using System.Collections.Immutable;
using System.CommandLine;
using Weft.Control;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary><c>weft doctor</c>: name the layer that fails, how that is known, and what to do. Changes nothing.</summary>
static class DoctorCommand
{
    const string Statuses = "Changes nothing. Exit status: 0 all is well, 1 a fault was found, 2 wrong usage.";
    const int WrongUsage = 2;

    internal static Command Create()
    {
        Argument<string[]> peers = new("peer")
        {
            Description = "Peers to look at, by name, key or tunnel address; all unless given.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string> site = new("--site")
        {
            Description =
                "The site's file, or its name: wg0 is wg0.conf beside this program, else /etc/wireguard/wg0.conf.",
            DefaultValueFactory = _ => SiteArguments.UsualSite,
        };
        Option<bool> json = new("--json") { Description = "Print it as JSON." };
        Option<bool> trace = SiteArguments.Trace();
        Command command = new("doctor", $"Find out why a link does not work: the first layer that fails. {Statuses}")
        {
            peers,
            site,
            json,
            trace,
        };
        command.SetAction(parsed =>
            Run(
                [.. parsed.GetValue(peers) ?? []],
                parsed.GetRequiredValue(site),
                parsed.GetValue(json),
                SiteArguments.Reporting(parsed.GetValue(trace))
            )
        );
        return command;
    }

    static int Run(ImmutableArray<string> wanted, string site, bool json, Reporting reporting)
    {
        string name = SiteFile.InterfaceOf(site);
        HashSet<string> unknown = [.. wanted];
        HashSet<string> there = [];
        using SiteRunner runner = new(reporting);
        SiteDoctor doctor = new(runner, line => Console.Error.WriteLine($"weft: {line}"));
        DoctorReport report = doctor.Examine(name, FileOf(site), IsWanted);
        if (unknown.Count > 0)
        {
            foreach (string peer in unknown)
                Console.Error.WriteLine($"weft: {name} has no peer '{peer}'");
            if (there.Count > 0)
                Console.Error.WriteLine($"      There are: {string.Join(", ", there)}");
            return WrongUsage;
        }
        Console.Out.Write(json ? DoctorJson.Write(report) : DoctorText.Write(report));
        return report.IsWell ? 0 : 1;

        bool IsWanted(PeerExamination peer)
        {
            string[] names = [peer.Name, peer.Section.PublicKey.ToString(), peer.Address?.ToString() ?? ""];
            there.Add(peer.Name);
            unknown.ExceptWith(names);
            return wanted.IsEmpty || names.Any(n => wanted.Contains(n));
        }
    }

    /// <summary>Null when there is none: what runs can be examined without it.</summary>
    static string? FileOf(string site)
    {
        try
        {
            return SiteFile.Locate(site);
        }
        catch (OperationFailedException)
        {
            return null;
        }
    }
}
