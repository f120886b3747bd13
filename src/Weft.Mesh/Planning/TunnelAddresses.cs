using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// The sites' tunnel addresses, one in each of the mesh's networks: what a site's <c>Address</c> says, else the address
/// whose number is the site's place in the file, so that setting one site's address moves nobody else's; where that one
/// is taken, the lowest that nobody has. Pure; made once per plan.
/// </summary>
static class TunnelAddresses
{
    /// <summary>Per site, in the order of the networks. A network that is full gives the sites left over none.</summary>
    internal static ImmutableArray<ImmutableArray<InterfaceAddress>> Assign(MeshConfig config)
    {
        var given = new List<InterfaceAddress>[config.Sites.Length];
        for (int i = 0; i < given.Length; i++)
            given[i] = new List<InterfaceAddress>(config.Networks.Length);
        foreach (IPNetwork network in config.Networks)
            AssignOne(config, network, given);
        return [.. given.Select(addresses => addresses.ToImmutableArray())];
    }

    /// <summary>The addresses of a network that a site can have: neither IPv4's network and broadcast nor IPv6's anycast.</summary>
    internal static IpRange UsableOf(IPNetwork network)
    {
        IpRange all = IpRange.Of(network);
        int hostBits = IpRange.BitsOf(all.Family) - network.PrefixLength;
        // RFC 3021 and RFC 6164: of a network of two addresses both can be used.
        if (hostBits <= 1)
            return all;
        return all.Family == AddressFamily.InterNetwork
            ? all with
            {
                First = all.First + 1,
                Last = all.Last - 1,
            }
            : all with
            {
                First = all.First + 1,
            };
    }

    static void AssignOne(MeshConfig config, IPNetwork network, List<InterfaceAddress>[] given)
    {
        IpRange usable = UsableOf(network);
        var chosen = new UInt128?[config.Sites.Length];
        HashSet<UInt128> taken = [];
        for (int i = 0; i < chosen.Length; i++)
        {
            IPAddress? set = config.Sites[i].Addresses.FirstOrDefault(usable.Contains);
            if (set is null)
                continue;
            chosen[i] = IpRange.NumberOf(set);
            taken.Add(chosen[i]!.Value);
        }
        for (int i = 0; i < chosen.Length; i++)
        {
            UInt128 wanted = usable.First + (UInt128)i;
            if (chosen[i] is null && wanted <= usable.Last && taken.Add(wanted))
                chosen[i] = wanted;
        }
        UInt128 lowest = usable.First;
        for (int i = 0; i < chosen.Length; i++)
        {
            if (chosen[i] is null)
            {
                while (lowest < usable.Last && taken.Contains(lowest))
                    lowest++;
                if (taken.Add(lowest))
                    chosen[i] = lowest;
            }
            if (chosen[i] is UInt128 number)
                given[i].Add(new InterfaceAddress(IpRange.AddressOf(usable.Family, number), network.PrefixLength));
        }
    }
}
