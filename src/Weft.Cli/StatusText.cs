using System.Globalization;
using System.Text;
using Weft.Control;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary>A site's status for a person, at most 80 columns wide.</summary>
static class StatusText
{
    const int Width = 80;
    const int NameWidth = 24;
    const int AgeWidth = 12;
    const int AmountWidth = 11;
    const string Indent = "  ";

    /// <summary>Of the watcher's history.</summary>
    const int LatestEvents = 10;

    internal static string Write(SiteStatus status, WatchStatus watch)
    {
        StringBuilder text = new();
        string state = status.IsUp ? "up" : "down";
        text.Append($"{status.Site ?? status.Interface}\n");
        List<string> facts = [$"{status.Interface} {state}", $"port {status.ListenPort}", $"mtu {status.Mtu}"];
        facts.AddRange(status.Addresses.Select(a => a.ToString()));
        Wrap(text, facts);
        if (status.PublicKey is { } key)
            text.Append($"{Indent}key {key}\n");
        Wrap(text, [.. status.Maps.Select(m => $"{m.Real} is {m.Shown} to the others")]);
        if (status.Names is { } names)
            Wrap(text, Names(names));
        if (watch.Trial is { } left)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{Indent}on trial for {left.TotalSeconds:0} s more: weft confirm {status.Interface}\n"
            );
        if (!watch.IsWatched)
            text.Append($"{Indent}nobody watches the links\n");
        int down = status.Peers.Count(p => LinkOf(p, watch) is { IsUp: false });
        if (down > 0)
            text.Append(CultureInfo.InvariantCulture, $"{Indent}{down} down: {Doctor(status.Interface)} says why\n");
        if (status.Peers.IsEmpty)
            return text.ToString();
        text.Append('\n')
            .Append("PEER".PadRight(NameWidth))
            .Append("HANDSHAKE".PadRight(AgeWidth))
            .Append("RECEIVED".PadLeft(AmountWidth))
            .Append("SENT".PadLeft(AmountWidth))
            .Append("  ENDPOINT\n");
        foreach (SitePeerStatus peer in status.Peers)
            WritePeer(text, peer, status.Interface, LinkOf(peer, watch));
        foreach (FarSiteStatus far in status.FarSites)
            WriteFar(text, far);
        WriteHistory(text, watch.Notes);
        return text.ToString();
    }

    static LinkState? LinkOf(SitePeerStatus peer, WatchStatus watch) =>
        watch.Notes.Links.GetValueOrDefault(peer.PublicKey.ToString());

    static string Doctor(string name) => name == SiteArguments.UsualSite ? "weft doctor" : $"weft doctor --site {name}";

    static void WriteHistory(StringBuilder text, WatchNotes notes)
    {
        if (notes.History.IsEmpty)
            return;
        text.Append("\nLATELY\n");
        foreach (WatchEvent news in notes.History.TakeLast(LatestEvents))
        {
            string when = news.At.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            string who = news.Peer is null ? "" : $"{news.Peer} ";
            text.Append($"{when}  {who}{news.Kind}: {news.Text}\n");
        }
    }

    static void WritePeer(StringBuilder text, SitePeerStatus peer, string name, LinkState? link)
    {
        string who = peer.Site ?? peer.PublicKey.ToString();
        string endpoint = peer.Endpoint?.ToString() ?? "-";
        // A long name or address has a line to itself rather than being cut.
        if (who.Length >= NameWidth)
        {
            text.Append(who).Append('\n');
            who = "";
        }
        string line =
            who.PadRight(NameWidth)
            + Age(peer.HandshakeAge).PadRight(AgeWidth)
            + Amount(peer.ReceivedBytes).PadLeft(AmountWidth)
            + Amount(peer.SentBytes).PadLeft(AmountWidth)
            + Indent;
        List<string> more = link is { IsUp: false } ? ["DOWN"] : [];
        if (line.Length + endpoint.Length > Width)
            more.Add($"endpoint {endpoint}");
        else
            line += endpoint;
        text.Append(line.TrimEnd()).Append('\n');
        more.AddRange(peer.Routes.Select(r => Describe(r, name)));
        Wrap(text, more);
    }

    static List<string> Names(NamesStatus names)
    {
        string first = names.Domain is { } own ? $"names of {own}" : "names";
        List<string> all = [first, .. names.Others];
        all.Add(names.Place is { } place ? $"told to dnsmasq in {place}" : "not told to any dnsmasq here");
        return all;
    }

    /// <summary>A site that has no link of its own.</summary>
    static void WriteFar(StringBuilder text, FarSiteStatus far)
    {
        text.Append(far.Site).Append('\n');
        string first = far.Relays[0];
        List<string> how =
            far.Relay is null ? ["UNREACHABLE", .. far.Relays.Select(r => $"not through {r}")]
            : far.Relay == first ? [$"through {first}"]
            : [$"through {far.Relay}", $"instead of {first}"];
        Wrap(text, how);
    }

    static string Describe(PeerRoute route, string name) =>
        route.Interface == name ? route.Prefix.ToString()
        : route.Interface is { } other ? $"{route.Prefix} via {other}"
        : $"{route.Prefix} without a route";

    internal static string Age(TimeSpan? age) =>
        age switch
        {
            null => "never",
            { TotalSeconds: < 60 } a => Number(a.TotalSeconds, "s"),
            { TotalMinutes: < 60 } a => Number(a.TotalMinutes, "min"),
            { TotalHours: < 48 } a => Number(a.TotalHours, "h"),
            { } a => Number(a.TotalDays, "days"),
        };

    static string Number(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value):0} {unit} ago");

    static string Amount(ulong bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        string format = unit == 0 ? "0" : "0.00";
        return value.ToString(format, CultureInfo.InvariantCulture) + " " + units[unit];
    }

    static void Wrap(StringBuilder text, List<string> items)
    {
        string line = Indent;
        for (int i = 0; i < items.Count; i++)
        {
            string item = i < items.Count - 1 ? items[i] + ", " : items[i];
            if (line.Length > Indent.Length && line.Length + item.TrimEnd().Length > Width)
            {
                text.Append(line.TrimEnd()).Append('\n');
                line = Indent;
            }
            line += item;
        }
        if (items.Count > 0)
            text.Append(line.TrimEnd()).Append('\n');
    }
}
