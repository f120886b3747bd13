using System.CommandLine;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary><c>weft route ADDRESS</c>: which way a packet goes, and whether that is the way it should go.</summary>
static class RouteCommand
{
    const string Statuses = "Exit status: 0 it goes the way it should, 1 it goes nowhere, 3 it goes another way.";

    internal static Command Create()
    {
        Argument<IPAddress?> address = new("address")
        {
            Description = "Where to: an IPv4 or IPv6 address.",
            CustomParser = result => Address(result.Tokens[0].Value, result.AddError),
        };
        Option<IPAddress?> from = new("--from")
        {
            Description = "Its source: an address of this host, or of one whose packets this host forwards.",
            HelpName = "address",
            CustomParser = result => Address(result.Tokens[0].Value, result.AddError),
        };
        Option<string> site = new("--site")
        {
            Description = "A site to go by although it does not run: its file or name. Running ones are always known.",
            DefaultValueFactory = _ => SiteArguments.UsualSite,
        };
        Option<bool> json = new("--json") { Description = "Print it as JSON." };
        Option<bool> trace = SiteArguments.Trace();
        Command command = new("route", $"Say which way a packet goes, and whether that is as configured. {Statuses}")
        {
            address,
            from,
            site,
            json,
            trace,
        };
        command.SetAction(parsed =>
        {
            using SiteRunner runner = new(SiteArguments.Reporting(parsed.GetValue(trace)));
            Way way = runner.FindWay(
                parsed.GetRequiredValue(address)!,
                parsed.GetValue(from),
                SiteArguments.TryRead(parsed.GetRequiredValue(site)),
                Outages(runner)
            );
            Console.Out.Write(parsed.GetValue(json) ? WayJson.Write(way) : WayText.Write(way));
            return way.Verdict switch
            {
                WayVerdict.Lost => 1,
                WayVerdict.Fallback => 3,
                _ => 0,
            };
        });
        return command;
    }

    /// <summary>What each interface's watcher says.</summary>
    static Func<string, PublicKey, string, LinkOutage?> Outages(SiteRunner runner)
    {
        Dictionary<string, LinkOutages> read = [];
        return (name, key, peer) =>
        {
            if (!read.TryGetValue(name, out LinkOutages? outages))
                read[name] = outages = new LinkOutages(WatchNotes.Read(runner.WatchFolderOf(name), SiteArguments.Warn));
            return outages.Of(key, peer, MachineBoot.Age, DateTimeOffset.UtcNow);
        };
    }

    static IPAddress? Address(string text, Action<string> fault)
    {
        if (AddressText.Parse(text) is not { } address)
            fault($"'{text}' is not an IPv4 or IPv6 address");
        else if (address.IsIPv6LinkLocal)
            fault($"'{text}' is a link-local address, which is another host's on each interface");
        else
            return address;
        return null;
    }
}
