using System.Collections.Immutable;
using Weft.Config;

namespace Weft.Control;

/// <summary>
/// The names of the sites on this host: finds who keeps dnsmasq's settings here and what of ours stands there. Names are
/// worth less than the tunnel, so whatever goes wrong with them fails no start.
/// </summary>
sealed class HostDns(Tools tools, Reporting reporting)
{
    const string UsualFolder = "/etc/dnsmasq.d";

    ImmutableArray<DnsSetting> _refused = [];

    /// <summary>What is to change for a site that runs; null when nothing is.</summary>
    /// <param name="config">Its file.</param>
    /// <param name="link">Its interface.</param>
    /// <param name="place">Where an earlier start wrote; null when it did not.</param>
    /// <param name="isWatcher">What was refused once is not tried again.</param>
    internal NamesPlan Plan(SiteConfig config, string link, string? place, bool isWatcher)
    {
        try
        {
            return PlanAll(config, link, place, isWatcher);
        }
        catch (Exception e) when (e is OperationFailedException or IOException or UnauthorizedAccessException)
        {
            reporting.Warning($"the sites' names are left out: {e.Message}");
            return new NamesPlan(place, []);
        }
    }

    NamesPlan PlanAll(SiteConfig config, string link, string? place, bool isWatcher)
    {
        if (SiteNames.Of(config, link) is not { } names)
            return place is null ? NamesPlan.Nothing : new NamesPlan(null, [.. Leftovers(link, place, null)]);
        // What only the user can settle was said by the start; a watcher would say it with every check.
        if (Keeper(isWatcher ? reporting with { Notice = _ => { } } : reporting) is not { } keeper)
            return new NamesPlan(null, []);
        ImmutableArray<DnsSetting> wanted = keeper.For(names);
        ImmutableArray<DnsSetting> standing = keeper.Standing(link);
        ImmutableArray<NamesChange> changes = [.. Leftovers(link, place, keeper.Place)];
        bool isRefused = isWatcher && wanted.SequenceEqual(_refused);
        if (!wanted.SequenceEqual(standing) && !isRefused)
            changes = changes.Add(new NamesChange(keeper, wanted, standing));
        return new NamesPlan(keeper.Place, changes);
    }

    /// <summary>How the names of a site that runs are doing; null when its file has none.</summary>
    internal NamesStatus? Status(SiteConfig config, string link, string? place)
    {
        if (SiteNames.Of(config, link) is not { } names)
            return null;
        bool stands = false;
        try
        {
            stands = place is not null && KeeperAt(place) is { } keeper && !keeper.Standing(link).IsEmpty;
        }
        catch (OperationFailedException e)
        {
            // All else of a site is worth knowing, whatever became of dnsmasq's files.
            reporting.Warning($"whether dnsmasq is told the sites' names cannot be seen: {e.Message}");
        }
        return new NamesStatus(names.Own?.Domain, [.. names.Others.Select(o => o.Domain)], stands ? place : null);
    }

    /// <summary>What a stop has to take away.</summary>
    /// <param name="link">The interface.</param>
    /// <param name="place">Where a start wrote, as far as that is known.</param>
    internal ImmutableArray<NamesChange> Standing(string link, string? place) =>
        place is null && !SiteHost.IsInMainNamespace
            ? []
            :
            [
                .. Leftovers(link, place ?? UsualFolder, null),
                .. place is null ? Leftovers(link, UciDhcp.UsualFile, null) : [],
            ];

    /// <summary>Remembers what dnsmasq would not have, or it would be started anew with every check.</summary>
    internal void Refuse(ImmutableArray<DnsSetting> settings) => _refused = settings;

    /// <summary>What stands in a place that is no longer the one to write to.</summary>
    IEnumerable<NamesChange> Leftovers(string link, string? place, string? current)
    {
        if (place is null || place == current || KeeperAt(place) is not { } keeper)
            yield break;
        ImmutableArray<DnsSetting> standing = keeper.Standing(link);
        if (!standing.IsEmpty)
            yield return new NamesChange(keeper, [], standing);
    }

    IDnsKeeper? KeeperAt(string place)
    {
        Dnsmasq? dnsmasq = SiteHost.IsInMainNamespace ? Dnsmasq.Find(DnsmasqFolder.IsOurs, tools) : null;
        return place switch
        {
            UciDhcp.UsualFile => Tools.Find("uci") is { } uci ? new UciDhcp(uci, dnsmasq, tools, reporting) : null,
            TomatoFile.UsualPath => new TomatoFile(place, dnsmasq, tools, reporting),
            _ => new DnsmasqFolder(place, dnsmasq, tools, reporting),
        };
    }

    /// <summary>Null when this host has no dnsmasq that could be told anything.</summary>
    IDnsKeeper? Keeper(Reporting reporting)
    {
        if (Dnsmasq.Find(DnsmasqFolder.IsOurs, tools) is not { } dnsmasq)
            return None("this host has no dnsmasq");
        // The files are those of the whole host, also where a network namespace has a dnsmasq of none of its own.
        if (dnsmasq.Process is null && !SiteHost.IsInMainNamespace)
            return None("no dnsmasq runs in this network namespace");
        if (Tools.Find("uci") is { } uci && File.Exists(UciDhcp.UsualFile))
            return new UciDhcp(uci, dnsmasq, tools, reporting);
        if (Tools.Find("nvram") is not null && Tools.Find("service") is not null)
            return new TomatoFile(TomatoFile.UsualPath, dnsmasq, tools, reporting);
        DnsmasqConf conf = DnsmasqConf.Read(dnsmasq.Arguments, DnsmasqFolder.IsOurs);
        if (conf.HasNoDns)
            return None("dnsmasq has port=0, so it answers no questions");
        if (conf.Folders.FirstOrDefault() is { } folder)
            return new DnsmasqFolder(
                conf.Folders.Contains(UsualFolder) ? UsualFolder : folder,
                dnsmasq,
                tools,
                reporting
            );
        return None(
            dnsmasq.Process is { } process
                ? $"dnsmasq (process {process}) reads no folder: give it conf-dir={UsualFolder}"
                : "dnsmasq does not run here, and has no folder for settings"
        );
    }

    IDnsKeeper? None(string why)
    {
        reporting.Trace($"the sites' names are left out: {why}");
        return null;
    }
}

/// <summary>What a start has to do about names.</summary>
/// <param name="Place">Where they stand from then on; null for nowhere.</param>
/// <param name="Changes">What is to change, in order.</param>
readonly record struct NamesPlan(string? Place, ImmutableArray<NamesChange> Changes)
{
    internal static NamesPlan Nothing => new(null, []);
}
