using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Weft.Config;
using Weft.Crypto;
using Weft.Mesh;

namespace Weft.Tests.Mesh;

/// <summary>Meshes to test with: some by hand, and a generator of any that the preflight passes.</summary>
static class Meshes
{
    internal static IPNetwork Net(string text) => IPNetwork.Parse(text);

    internal static MeshSite Site(string name, params string[] lans) =>
        new() { Name = name, Lans = [.. lans.Select(Net)] };

    internal static MeshSite Natted(string name, params string[] lans) => Site(name, lans) with { Nat = true };

    internal static MeshConfig Of(params MeshSite[] sites) => Of("192.168.192.0/24", sites);

    internal static MeshConfig Of(string network, params MeshSite[] sites) =>
        new() { Networks = [Net(network)], Sites = [.. sites.Select((site, i) => site with { Line = 10 * (i + 1) })] };

    internal static MeshConfig Three =>
        Of(
            Site("a.example.org", "10.0.1.0/24"),
            Site("b.example.org", "10.0.2.0/24"),
            Natted("c.example.org", "10.0.3.0/24")
        );

    /// <summary>Keys that depend on the names alone.</summary>
    internal static MeshKeys KeysOf(MeshConfig config)
    {
        MeshKeys keys = new(new PresharedKey(Enumerable.Repeat((byte)7, 32).ToArray()));
        foreach (MeshSite site in config.Sites)
        {
            byte[] bytes = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(site.Name));
            keys.Add(site.Name, new PrivateKey(bytes));
        }
        return keys;
    }

    internal static PeerSection Peer(this SiteConfig config, string name) => config.Peers.Single(p => p.Site == name);

    internal static string Allowed(this PeerSection peer) => string.Join(", ", peer.AllowedIps.Select(a => a.Prefix));

    /// <summary>One to ten sites with LANs of both families, at least one of them public, some relays, some addresses set.</summary>
    internal static Arbitrary<MeshConfig> Any =>
        (
            from count in Gen.Choose(1, 10)
            from families in Gen.Choose(1, 3)
            from seeds in Gen.Choose(0, int.MaxValue).ArrayOf(count)
            from open in Gen.Choose(0, count - 1)
            select Build(seeds, families, open)
        ).ToArbitrary();

    static MeshConfig Build(int[] seeds, int families, int open) =>
        new()
        {
            Networks =
            [
                .. (families & 1) != 0 ? [Net("192.168.192.0/24")] : Array.Empty<IPNetwork>(),
                .. (families & 2) != 0 ? [Net("fd12:3456::/64")] : Array.Empty<IPNetwork>(),
            ],
            Sites = [.. seeds.Select((seed, i) => Build(seed, i, families, i == open))],
        };

    static MeshSite Build(int seed, int place, int families, bool open)
    {
        Random chance = new(seed);
        bool nat = !open && chance.Next(2) == 0;
        return new MeshSite
        {
            Name = $"s{place}.example.org",
            Nat = nat,
            Relay = !nat && chance.Next(3) == 0,
            Port = chance.Next(3) == 0 ? (ushort)chance.Next(1, 65536) : null,
            EndpointHost = !nat && chance.Next(4) == 0 ? $"203.0.113.{place}" : null,
            Keepalive = nat && chance.Next(3) == 0 ? (ushort)chance.Next(1, 60) : null,
            Mtu = chance.Next(4) == 0 ? (ushort)chance.Next(1280, 1421) : null,
            Lans =
            [
                .. Enumerable.Range(0, chance.Next(3)).Select(k => Net($"10.{place}.{16 * k}.0/20")),
                .. Enumerable.Range(0, chance.Next(2)).Select(k => Net($"fd00:{place + 1:x}:{k:x}::/64")),
            ],
            // The set addresses are in reverse, so that they take the places of others.
            Addresses =
                (families & 1) != 0 && chance.Next(4) == 0 ? [IPAddress.Parse($"192.168.192.{10 - place}")] : [],
            Line = place + 1,
        };
    }
}
