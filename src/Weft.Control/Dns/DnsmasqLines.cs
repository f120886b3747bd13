using System.Collections.Immutable;
using System.Net;

namespace Weft.Control;

/// <summary>What a site's names ask of a dnsmasq that is configured by lines, given what stands there already. Pure.</summary>
static class DnsmasqLines
{
    /// <param name="names">Of the sites.</param>
    /// <param name="conf">What dnsmasq is told without us.</param>
    /// <param name="notice">Told what only the user can settle.</param>
    internal static ImmutableArray<DnsSetting> Of(SiteNames names, DnsmasqConf conf, Action<string> notice)
    {
        ImmutableArray<DnsSetting>.Builder settings = ImmutableArray.CreateBuilder<DnsSetting>();
        // One that names no interface answers on all; to name one would make it answer on that alone.
        if (conf is { IsLimited: true, BindsOnce: false })
            settings.Add(new DnsSetting("interface", names.Interface));
        else if (conf.IsLimited)
            notice(
                $"dnsmasq has bind-interfaces, and would not start while {names.Interface} is missing, so the other sites "
                    + "cannot ask it: say bind-dynamic instead"
            );
        if (names.Own is { } own)
            settings.AddRange(OfOwn(own, conf, notice));
        settings.AddRange(names.Forwarding());
        return settings.DrainToImmutable();
    }

    static IEnumerable<DnsSetting> OfOwn(NamedSite own, DnsmasqConf conf, Action<string> notice)
    {
        if (!own.Addresses.IsEmpty)
            yield return own.Record();
        // What nobody has a name for is not asked of the provider, unless the user says whom to ask.
        if (!conf.Settings.Any(s => s.Serves(own.Domain)))
            yield return new DnsSetting("local", $"/{own.Domain}/");
        if (conf.Domain is null)
        {
            foreach (IPNetwork lan in own.Lans)
                yield return new DnsSetting("domain", $"{own.Domain},{lan}");
            if (!own.Lans.IsEmpty && !conf.Settings.Any(s => s.Option == "expand-hosts"))
                yield return new DnsSetting("expand-hosts", "");
        }
        else if (!conf.Settings.Any(s => s.Option == "domain" && IsOf(s.Value, own.Domain)))
        {
            notice(
                $"dnsmasq calls this site's hosts by {conf.Domain} (domain=), and the mesh by {own.Domain}: make them the same "
                    + "if the other sites are to find them"
            );
        }
    }

    static bool IsOf(string value, string domain) =>
        string.Equals(value.Split(',')[0], domain, StringComparison.OrdinalIgnoreCase);
}
