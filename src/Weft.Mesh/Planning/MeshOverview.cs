using System.Collections.Immutable;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>A mesh in short, for a person to look over before it is made. Needs no keys. Pure.</summary>
/// <param name="Sites">In the order of the file.</param>
/// <param name="Relays">The sites that carry traffic between sites behind NAT, with the number of such pairs.</param>
public sealed record MeshOverview(
    ImmutableArray<MeshOverviewSite> Sites,
    ImmutableArray<(string Relay, int Pairs)> Relays
)
{
    public static MeshOverview Of(MeshConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        ImmutableArray<ImmutableArray<InterfaceAddress>> addresses = TunnelAddresses.Assign(config);
        return new MeshOverview(
            [
                .. config.Sites.Select(
                    (site, i) => new MeshOverviewSite(site, addresses[i], MeshPlan.EndpointOf(config, site))
                ),
            ],
            RelaysOf(config)
        );
    }

    static ImmutableArray<(string Relay, int Pairs)> RelaysOf(MeshConfig config)
    {
        RelayChoice choice = new(config.Sites);
        int[] natted = [.. Enumerable.Range(0, config.Sites.Length).Where(i => config.Sites[i].Nat)];
        SortedDictionary<int, int> pairs = [];
        for (int i = 0; i < natted.Length; i++)
        {
            for (int k = i + 1; k < natted.Length; k++)
            {
                if (choice.Between(natted[i], natted[k]) is [int relay, ..])
                    pairs[relay] = pairs.GetValueOrDefault(relay) + 1;
            }
        }
        return [.. pairs.Select(pair => (config.Sites[pair.Key].Name, pair.Value))];
    }
}

/// <summary>One site of a <see cref="MeshOverview"/>.</summary>
/// <param name="Site">As configured.</param>
/// <param name="Addresses">Its tunnel addresses.</param>
/// <param name="Endpoint">Where others dial it; null behind NAT.</param>
public sealed record MeshOverviewSite(MeshSite Site, ImmutableArray<InterfaceAddress> Addresses, HostPort? Endpoint);
