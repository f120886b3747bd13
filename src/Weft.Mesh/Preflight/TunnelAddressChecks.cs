using System.Collections.Immutable;
using System.Net;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>That every site gets one tunnel address in every network, and no two the same.</summary>
static class TunnelAddressChecks
{
    internal static void Run(MeshConfig config, Findings findings)
    {
        Dictionary<IPAddress, int> owners = [];
        for (int i = 0; i < config.Sites.Length; i++)
        {
            for (int k = 0; k < config.Sites[i].Addresses.Length; k++)
                OfAddress(i, k, owners, config, findings);
            foreach (IPNetwork network in config.Networks.Distinct())
                OnePerNetwork(network, i, config, findings);
        }
        for (int k = 0; k < config.Networks.Length; k++)
            Room(k, config, findings);
    }

    static void OfAddress(int site, int index, Dictionary<IPAddress, int> owners, MeshConfig config, Findings findings)
    {
        IPAddress address = config.Sites[site].Addresses[index];
        ValueOf value = new("Address", index);
        string name = config.Sites[site].Name;
        IPNetwork? home = Find(config.Networks, address);
        if (home is null)
            findings.Error(
                site,
                value,
                $"Address = {address} of {name} lies in no network of the mesh",
                config.Networks.IsEmpty
                    ? "add a Network under [Mesh]"
                    : $"choose one in {string.Join(" or ", config.Networks)}, or leave it out"
            );
        else if (!TunnelAddresses.UsableOf(home.Value).Contains(address))
            findings.Error(
                site,
                value,
                $"Address = {address} of {name} names the network {home}, not a host in it",
                "choose another, or leave it out"
            );
        if (!owners.TryAdd(address, site))
            findings.OfSites(
                FindingLevel.Error,
                [site, owners[address]],
                value,
                owners[address] == site
                    ? $"Address = {address} of {name} stands twice"
                    : $"{name} and {config.Sites[owners[address]].Name} both have Address = {address}",
                "choose another for one of them, or leave it out"
            );
    }

    static void OnePerNetwork(IPNetwork network, int site, MeshConfig config, Findings findings)
    {
        ImmutableArray<IPAddress> here =
        [
            .. config.Sites[site].Addresses.Where(IpRange.Of(network).Contains).Distinct(),
        ];
        if (here.Length > 1)
            findings.Error(
                site,
                "Address",
                $"{config.Sites[site].Name} has {here.Length} addresses in {network} ({string.Join(", ", here)})",
                "keep one of them"
            );
    }

    static void Room(int index, MeshConfig config, Findings findings)
    {
        IPNetwork network = config.Networks[index];
        IpRange usable = TunnelAddresses.UsableOf(network);
        int sites = config.Sites.Length;
        if (sites == 0 || usable.Last - usable.First >= (UInt128)(sites - 1))
            return;
        int bits = IpRange.BitsOf(usable.Family);
        int prefix = network.PrefixLength;
        while (prefix > 0 && RoomOf(bits - prefix, bits) < sites)
            prefix--;
        findings.OfMesh(
            FindingLevel.Error,
            new ValueOf("Network", index),
            $"Network = {network} has room for {usable.Last - usable.First + 1} sites, and there are {sites}",
            $"make it a /{prefix} or wider"
        );
    }

    static double RoomOf(int hostBits, int bits) =>
        hostBits <= 1 ? Math.Pow(2, hostBits) : Math.Pow(2, hostBits) - (bits == 32 ? 2 : 1);

    static IPNetwork? Find(ImmutableArray<IPNetwork> networks, IPAddress address)
    {
        foreach (IPNetwork network in networks)
        {
            if (IpRange.Of(network).Contains(address))
                return network;
        }
        return null;
    }
}
