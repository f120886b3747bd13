using Weft.Config;

namespace Weft.Control;

/// <summary>What there is to say of an address that lies in a mapped network: which host is meant by it. Pure.</summary>
static class MapNotes
{
    internal static IEnumerable<string> Of(WayFacts facts)
    {
        foreach (SiteConfig config in facts.Sites.Select(s => s.Config))
        {
            foreach (LanMap map in config.Interface.Maps.Where(m => Holds(m, facts)))
                yield return $"{map.Shown} is what the other sites call this site's {map.Real}: here it is {map.ToReal(facts.Destination)}.";
            foreach ((string name, LanMap map) in Far(config).Where(f => Holds(f.Map, facts)))
                yield return $"At {name} it is {map.ToReal(facts.Destination)}: its {map.Real} is mapped to {map.Shown}.";
        }
    }

    static IEnumerable<(string Name, LanMap Map)> Far(SiteConfig config) =>
        config
            .Peers.SelectMany(p => p.Maps.Select(m => (p.Site ?? p.PublicKey.ToString(), m)))
            .Concat(FarSite.Of(config).SelectMany(f => f.Site.Maps.Select(m => (f.Site.Site, m))));

    static bool Holds(LanMap map, WayFacts facts) =>
        map.Shown.BaseAddress.AddressFamily == facts.Destination.AddressFamily && map.Shown.Contains(facts.Destination);
}
