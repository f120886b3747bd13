using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

/// <summary>What holds for every mesh that the preflight passes.</summary>
public sealed class MeshPlanProperties
{
    static void ForAnyMesh(Action<MeshConfig, SiteConfig[]> check) =>
        Prop.ForAll(
                Meshes.Any,
                config =>
                {
                    MeshPlan plan = MeshPlan.Of(config, Meshes.KeysOf(config));
                    check(config, [.. Enumerable.Range(0, config.Sites.Length).Select(plan.ConfigOf)]);
                }
            )
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(200));

    [Fact]
    public void Both_ends_of_a_link_know_each_other_and_agree_on_the_preshared_key() =>
        ForAnyMesh(
            (_, plan) =>
            {
                foreach (SiteConfig one in plan)
                {
                    foreach (PeerSection peer in one.Peers)
                    {
                        SiteConfig other = plan.Single(p => p.Interface.Site == peer.Site);
                        PeerSection back = other.Peer(one.Interface.Site!);
                        Assert.Equal(peer.PresharedKey, back.PresharedKey);
                        Assert.Equal(peer.PublicKey, other.Interface.PrivateKey!.ToPublicKey());
                        Assert.True(peer.Endpoint is not null || back.Endpoint is not null, "one side must dial");
                    }
                }
            }
        );

    [Fact]
    public void A_file_that_is_put_together_from_parts_is_the_text_of_its_config() =>
        Prop.ForAll(
                Meshes.Any,
                config =>
                {
                    using MeshKeys keys = Meshes.KeysOf(config);
                    keys.AddNext(config.Sites[0].Name, new PrivateKey(Enumerable.Repeat((byte)9, 32).ToArray()));
                    MeshPlan plan = MeshPlan.Of(config, keys);
                    using SecretText file = new();
                    using SharedPairKeys shared = new(config.Sites.Length);
                    for (int i = 0; i < config.Sites.Length; i++)
                    {
                        string text = SiteConfigText.Write(plan.ConfigOf(i));
                        file.Clear();
                        plan.WriteFileOf(i, file);
                        Assert.Equal(text, Encoding.UTF8.GetString(file.Span));
                        file.Clear();
                        plan.WriteFileOf(i, file, shared);
                        Assert.Equal(text, Encoding.UTF8.GetString(file.Span));
                    }
                }
            )
            .Check(FsCheck.Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(100));

    [Fact]
    public void No_two_links_share_a_preshared_key() =>
        ForAnyMesh(
            (config, plan) =>
            {
                HashSet<string> keys = [];
                int links = 0;
                foreach (PeerSection peer in plan.SelectMany(p => p.Peers))
                {
                    links++;
                    keys.Add(Convert.ToHexString(peer.PresharedKey!.Span));
                }
                Assert.Equal(links, 2 * keys.Count);
            }
        );

    [Fact]
    public void No_prefix_is_claimed_twice_in_one_file() =>
        ForAnyMesh(
            (_, plan) =>
            {
                foreach (SiteConfig site in plan)
                {
                    List<IPNetwork> all = [.. site.Peers.SelectMany(p => p.AllowedIps).Select(a => a.Prefix)];
                    Assert.Equal(all.Count, all.Distinct().Count());
                    Assert.DoesNotContain(site.Interface.Addresses, a => all.Any(n => n.Contains(a.Address)));
                }
            }
        );

    [Fact]
    public void Every_lan_and_every_tunnel_address_is_reached_from_every_other_site_hop_by_hop() =>
        ForAnyMesh(
            (_, plan) =>
            {
                foreach (SiteConfig from in plan)
                {
                    foreach (SiteConfig to in plan.Where(p => p != from))
                    {
                        foreach (IPAddress source in HostsOf(from))
                        {
                            foreach (IPAddress target in HostsOf(to))
                                Assert.Equal(to.Interface.Site, Follow(plan, from, source, target));
                        }
                    }
                }
            }
        );

    [Fact]
    public void Whichever_public_site_dies_the_networks_of_all_others_still_reach_each_other_if_another_can_carry() =>
        ForAnyMesh(
            (config, plan) =>
            {
                for (int dead = 0; dead < plan.Length; dead++)
                {
                    HashSet<PublicKey> down = [plan[dead].Interface.PrivateKey!.ToPublicKey()];
                    SiteConfig[] after = [.. plan.Select(p => FarSite.Carried(p, down))];
                    SiteConfig[] alive = [.. after.Where((_, i) => i != dead)];
                    foreach (SiteConfig from in alive.Where(p => FarSite.Of(p).All(f => f.Carrier(down) is not null)))
                    {
                        foreach (SiteConfig to in alive.Where(p => p != from))
                        {
                            foreach (IPNetwork source in from.Interface.Lans)
                            {
                                foreach (IPNetwork target in to.Interface.Lans)
                                    Assert.Equal(
                                        to.Interface.Site,
                                        Follow(alive, from, source.BaseAddress, target.BaseAddress)
                                    );
                            }
                        }
                    }
                }
            }
        );

    [Fact]
    public void While_a_far_site_is_carried_by_another_its_own_addresses_stay_where_they_were() =>
        ForAnyMesh(
            (config, plan) =>
            {
                foreach (SiteConfig site in plan)
                {
                    foreach (FarSite far in FarSite.Of(site))
                    {
                        SiteConfig moved = FarSite.Carried(site, new HashSet<PublicKey> { far.Site.PublicKey });
                        string first = site.Peers.Single(p => p.PublicKey == far.Relays[0]).Site!;
                        Assert.Equal(first, OwnerOf(moved, far.Probe(site.Interface)!));
                    }
                }
            }
        );

    [Fact]
    public void Every_site_has_one_address_in_every_network_and_none_is_given_twice() =>
        ForAnyMesh(
            (config, plan) =>
            {
                HashSet<IPAddress> given = [];
                foreach (SiteConfig site in plan)
                {
                    foreach (IPNetwork network in config.Networks)
                        Assert.Single(site.Interface.Addresses, a => network.Contains(a.Address));
                    Assert.All(site.Interface.Addresses, a => Assert.True(given.Add(a.Address)));
                }
            }
        );

    [Fact]
    public void Keepalive_stands_where_the_site_is_behind_nat_and_nowhere_else() =>
        ForAnyMesh(
            (config, plan) =>
            {
                for (int i = 0; i < plan.Length; i++)
                    Assert.All(
                        plan[i].Peers,
                        p => Assert.Equal(config.Sites[i].Nat, p.PersistentKeepalive is not null)
                    );
            }
        );

    static IEnumerable<IPAddress> HostsOf(SiteConfig site) =>
        site.Interface.Addresses.Select(a => a.Address).Concat(site.Interface.Lans.Select(lan => lan.BaseAddress));

    /// <summary>The site where a packet ends: each hop must be allowed to send it on and the next to take it.</summary>
    static string? Follow(SiteConfig[] plan, SiteConfig at, IPAddress source, IPAddress target)
    {
        for (int hops = 0; hops < 3; hops++)
        {
            if (HostsOf(at).Contains(target))
                return at.Interface.Site;
            string? next = OwnerOf(at, target);
            SiteConfig? taker = plan.SingleOrDefault(p => p.Interface.Site == next);
            if (taker is null || OwnerOf(taker, source) != at.Interface.Site)
                return null;
            at = taker;
        }
        return null;
    }

    /// <summary>The peer that WireGuard would send to, and would accept from: the longest match.</summary>
    static string? OwnerOf(SiteConfig at, IPAddress address) =>
        at
            .Peers.SelectMany(p => p.AllowedIps.Select(a => (p.Site, a.Prefix)))
            .Where(claim => claim.Prefix.Contains(address))
            .OrderByDescending(claim => claim.Prefix.PrefixLength)
            .FirstOrDefault()
            .Site;
}
