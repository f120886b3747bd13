using System.Collections.Immutable;

namespace Weft.Mesh;

/// <summary>A site of a deployment as the survey found it.</summary>
/// <param name="Site">Its name.</param>
/// <param name="Greeting">What runs there; null when it could not be asked.</param>
/// <param name="HasChange">It is to get another file.</param>
sealed record SurveyedSite(string Site, FarGreeting? Greeting, bool HasChange);

/// <summary>When a site's turn comes, and what it has to wait for.</summary>
/// <param name="MustFollow">Sites that must have their new state for good before it begins; if one has not, it does not begin.</param>
/// <param name="Follows">Sites that are to be done before, or wait for it on trial.</param>
/// <param name="Guards">Sites that are reached through it: it is not confirmed before they answer again.</param>
/// <param name="HeldBack">Why it must not get its file now; null when it may.</param>
sealed record DeployTurn(
    ImmutableArray<string> MustFollow,
    ImmutableArray<string> Follows,
    ImmutableArray<string> Guards,
    string? HeldBack
);

/// <summary>
/// In which order sites get their files, so that no link is lost that need not be, and no way in is cut off. Two rules:
/// <list type="bullet">
/// <item>A site may forget another's key only once that other one has its new key for good (a rekey's last step).</item>
/// <item>What is reached through a site's tunnel goes before that site. If the two cannot talk while one has the old file and
/// the other the new one, both are on trial at once, and the near one is confirmed last.</item>
/// </list>
/// Where they contradict each other the first one holds: the guards see to the second. Pure.
/// </summary>
sealed class DeployOrder
{
    static readonly StringComparer s_names = StringComparer.OrdinalIgnoreCase;

    readonly Dictionary<string, SurveyedSite> _sites;
    readonly Func<string, ImmutableArray<string>> _keysOf;
    readonly Dictionary<string, List<string>> _must = new(s_names);
    readonly Dictionary<string, List<string>> _follows = new(s_names);
    readonly Dictionary<string, string> _held = new(s_names);

    /// <param name="sites">All sites of this deployment.</param>
    /// <param name="keysOf">The public keys that the new files know a site by, its own one first; none for no site of the mesh.</param>
    internal DeployOrder(IEnumerable<SurveyedSite> sites, Func<string, ImmutableArray<string>> keysOf)
    {
        _sites = sites.ToDictionary(s => s.Site, s_names);
        _keysOf = keysOf;
        foreach (SurveyedSite site in _sites.Values.Where(s => s.HasChange))
            OrderByKeys(site);
        foreach (SurveyedSite site in _sites.Values.Where(s => s.HasChange))
            OrderByWay(site);
    }

    internal DeployTurn TurnOf(string site) =>
        new(
            [.. _must.GetValueOrDefault(site, [])],
            [.. _follows.GetValueOrDefault(site, [])],
            [.. _sites.Values.Where(s => s.Greeting is not null && IsReachedThrough(s, site)).Select(s => s.Site)],
            _held.GetValueOrDefault(site)
        );

    /// <summary>What does this site's new file forget?</summary>
    void OrderByKeys(SurveyedSite site)
    {
        foreach (IGrouping<string, FarPeer> peer in PeersOf(site))
        {
            ImmutableArray<string> keys = _keysOf(peer.Key);
            FarPeer[] dropped = [.. peer.Where(p => !keys.Contains(p.Key))];
            if (keys.IsEmpty || dropped.Length == 0)
                continue;
            if (_sites.GetValueOrDefault(peer.Key) is not { Greeting: { } far } other)
            {
                if (dropped.Any(p => p.InUse))
                    _held[site.Site] =
                        $"{peer.Key} still uses the key that this file drops, and has to get its own file first";
                continue;
            }
            if (far.TrialSecondsLeft is not null)
            {
                _held[site.Site] = $"{peer.Key} is on trial, and may go back to the key that this file drops";
                continue;
            }
            // It has taken the new key already, or is not going to: waiting would not help.
            if (!other.HasChange || dropped.All(p => p.Key != far.PublicKey))
                continue;
            // Both change their keys, so one of them has to begin.
            if (IsRekeyed(site))
                continue;
            // It would be cut off from its way in by the other's change, and so has to be on trial with it.
            bool knowsNew = peer.Any(p => keys.Contains(p.Key));
            if (knowsNew || !IsReachedThrough(site, other.Site))
                Add(_must, site.Site, other.Site);
        }
    }

    /// <summary>What is reached through this site goes first.</summary>
    void OrderByWay(SurveyedSite site)
    {
        foreach (SurveyedSite far in _sites.Values.Where(s => s.HasChange && IsReachedThrough(s, site.Site)))
        {
            if (!WaitsFor(far.Site, site.Site))
                Add(_follows, site.Site, far.Site);
        }
    }

    static IEnumerable<IGrouping<string, FarPeer>> PeersOf(SurveyedSite site) =>
        site.Greeting is null ? [] : site.Greeting.Peers.Where(p => p.Site is not null).GroupBy(p => p.Site!, s_names);

    bool IsRekeyed(SurveyedSite site) =>
        site.Greeting?.PublicKey is { } key && _keysOf(site.Site) is [string own, ..] && own != key;

    /// <summary>Directly or by others on the way; sites may be reached through each other, depending on who asks.</summary>
    bool IsReachedThrough(SurveyedSite far, string near)
    {
        HashSet<string> seen = new(s_names) { far.Site };
        string? way = far.Greeting?.Through;
        while (way is not null && seen.Add(way))
        {
            if (s_names.Equals(way, near))
                return true;
            way = _sites.GetValueOrDefault(way)?.Greeting?.Through;
        }
        return false;
    }

    bool WaitsFor(string one, string other)
    {
        HashSet<string> seen = new(s_names);
        Stack<string> open = new([one]);
        while (open.TryPop(out string? site))
        {
            if (s_names.Equals(site, other))
                return true;
            if (!seen.Add(site))
                continue;
            foreach (string next in _must.GetValueOrDefault(site, []).Concat(_follows.GetValueOrDefault(site, [])))
                open.Push(next);
        }
        return false;
    }

    static void Add(Dictionary<string, List<string>> order, string site, string before)
    {
        if (!order.TryGetValue(site, out List<string>? list))
            order[site] = list = [];
        if (!list.Contains(before, s_names))
            list.Add(before);
    }
}
