using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class MeshPlanTests
{
    static SiteConfig[] Plan(MeshConfig config)
    {
        MeshPlan plan = MeshPlan.Of(config, Meshes.KeysOf(config));
        return [.. Enumerable.Range(0, config.Sites.Length).Select(plan.ConfigOf)];
    }

    static string Address(SiteConfig config) => string.Join(", ", config.Interface.Addresses);

    [Fact]
    public void A_site_knows_its_name_its_lans_its_port_and_the_check_interval()
    {
        SiteConfig a = Plan(Meshes.Three with { Check = TimeSpan.FromSeconds(30) })[0];

        Assert.Equal("a.example.org", a.Interface.Site);
        Assert.Equal(["10.0.1.0/24"], a.Interface.Lans.Select(lan => lan.ToString()));
        Assert.Equal(TimeSpan.FromSeconds(30), a.Interface.Check);
        Assert.Equal((ushort)51820, a.Interface.ListenPort);
        Assert.NotNull(a.Interface.PrivateKey);
        Assert.Null(a.Interface.Mtu);
    }

    [Fact]
    public void Tunnel_addresses_follow_the_order_of_the_file()
    {
        Assert.Equal(["192.168.192.1/24", "192.168.192.2/24", "192.168.192.3/24"], Plan(Meshes.Three).Select(Address));
    }

    [Fact]
    public void Setting_one_address_moves_no_other()
    {
        MeshSite set = Meshes.Site("b.example.org") with { Addresses = [IPAddress.Parse("192.168.192.77")] };
        SiteConfig[] plan = Plan(Meshes.Of(Meshes.Site("a.example.org"), set, Meshes.Site("c.example.org")));

        Assert.Equal(["192.168.192.1/24", "192.168.192.77/24", "192.168.192.3/24"], plan.Select(Address));
    }

    [Fact]
    public void A_site_whose_place_is_taken_gets_the_lowest_free_address()
    {
        MeshSite first = Meshes.Site("a.example.org") with { Addresses = [IPAddress.Parse("192.168.192.2")] };
        SiteConfig[] plan = Plan(Meshes.Of(first, Meshes.Site("b.example.org"), Meshes.Site("c.example.org")));

        Assert.Equal(["192.168.192.2/24", "192.168.192.1/24", "192.168.192.3/24"], plan.Select(Address));
    }

    [Fact]
    public void A_network_is_filled_to_its_last_address()
    {
        MeshSite[] sites = [.. Enumerable.Range(1, 6).Select(i => Meshes.Site($"s{i}.example.org"))];
        sites[5] = sites[5] with { Addresses = [IPAddress.Parse("10.9.9.1")] };

        SiteConfig[] plan = Plan(Meshes.Of("10.9.9.0/29", sites));

        Assert.Equal(
            ["10.9.9.6/29", "10.9.9.2/29", "10.9.9.3/29", "10.9.9.4/29", "10.9.9.5/29", "10.9.9.1/29"],
            plan.Select(Address)
        );
    }

    [Fact]
    public void Both_families_get_addresses_and_allowed_ips()
    {
        MeshConfig both = Meshes.Three with { Networks = [Meshes.Net("192.168.192.0/24"), Meshes.Net("fd12::/64")] };
        SiteConfig a = Plan(both)[0];

        Assert.Equal("192.168.192.1/24, fd12::1/64", Address(a));
        Assert.Equal("192.168.192.2/32, fd12::2/128, 10.0.2.0/24", a.Peer("b.example.org").Allowed());
    }

    [Fact]
    public void A_mesh_of_ipv6_alone_needs_no_ipv4()
    {
        MeshConfig config = Meshes.Of(
            "fd12::/64",
            Meshes.Site("a.example.org", "fd00:1::/64"),
            Meshes.Site("b.example.org", "fd00:2::/64", "fd00:3::/56")
        );

        Assert.Equal("fd12::2/128, fd00:2::/64, fd00:3::/56", Plan(config)[0].Peer("b.example.org").Allowed());
    }

    [Fact]
    public void The_public_side_dials_a_public_peer_and_waits_for_one_behind_nat()
    {
        SiteConfig a = Plan(Meshes.Three)[0];

        Assert.Equal(new HostPort("b.example.org", 51820), a.Peer("b.example.org").Endpoint);
        Assert.Null(a.Peer("c.example.org").Endpoint);
    }

    [Fact]
    public void Keepalive_stands_on_the_natted_side_only()
    {
        SiteConfig[] plan = Plan(Meshes.Three);

        Assert.All(plan[0].Peers, peer => Assert.Null(peer.PersistentKeepalive));
        Assert.All(plan[2].Peers, peer => Assert.Equal((ushort)25, peer.PersistentKeepalive));
    }

    [Fact]
    public void A_keepalive_of_zero_switches_it_off()
    {
        MeshConfig config = Meshes.Of(
            Meshes.Site("a.example.org"),
            Meshes.Natted("c.example.org") with
            {
                Keepalive = 0,
            }
        );

        Assert.Null(Plan(config)[1].Peer("a.example.org").PersistentKeepalive);
    }

    [Fact]
    public void An_endpoint_of_its_own_takes_the_place_of_the_name_and_the_port()
    {
        MeshConfig config = Meshes.Of(
            Meshes.Site("a.example.org") with
            {
                EndpointHost = "2001:db8::1",
                EndpointPort = 4500,
                Port = 1000,
            },
            Meshes.Site("b.example.org") with
            {
                Port = 2000,
            }
        );
        SiteConfig[] plan = Plan(config);

        Assert.Equal("[2001:db8::1]:4500", plan[1].Peer("a.example.org").Endpoint?.ToString());
        Assert.Equal((ushort)1000, plan[0].Interface.ListenPort);
        Assert.Equal("b.example.org:2000", plan[0].Peer("b.example.org").Endpoint?.ToString());
    }

    [Fact]
    public void The_port_and_the_mtu_are_per_site()
    {
        MeshConfig config = Meshes.Of(Meshes.Site("a.example.org") with { Mtu = 1400 }, Meshes.Site("b.example.org"));
        SiteConfig[] plan = Plan(config with { Port = 7777 });

        Assert.Equal((ushort)1400, plan[0].Interface.Mtu);
        Assert.Null(plan[1].Interface.Mtu);
        Assert.Equal("a.example.org:7777", plan[1].Peer("a.example.org").Endpoint?.ToString());
    }

    [Fact]
    public void Two_sites_behind_nat_reach_each_other_through_a_public_one()
    {
        MeshConfig config = Meshes.Of(
            Meshes.Natted("c.example.org", "10.0.3.0/24"),
            Meshes.Site("a.example.org", "10.0.1.0/24"),
            Meshes.Natted("d.example.org", "10.0.4.0/24", "10.0.5.0/24")
        );
        SiteConfig[] plan = Plan(config);

        PeerSection relay = Assert.Single(plan[0].Peers);
        Assert.Equal("192.168.192.2/32, 10.0.1.0/24, 192.168.192.3/32, 10.0.4.0/24, 10.0.5.0/24", relay.Allowed());
        Assert.Equal("192.168.192.1/32, 10.0.3.0/24", plan[1].Peer("c.example.org").Allowed());
    }

    [Fact]
    public void A_site_marked_as_relay_is_preferred_to_the_first_public_one()
    {
        MeshConfig config = Meshes.Of(
            Meshes.Site("a.example.org"),
            Meshes.Site("b.example.org") with
            {
                Relay = true,
            },
            Meshes.Natted("c.example.org"),
            Meshes.Natted("d.example.org")
        );
        SiteConfig c = Plan(config)[2];

        Assert.Equal("192.168.192.1/32", c.Peer("a.example.org").Allowed());
        Assert.Equal("192.168.192.2/32, 192.168.192.4/32", c.Peer("b.example.org").Allowed());
    }

    [Fact]
    public void Another_public_site_stands_in_for_the_relay_and_both_say_so()
    {
        MeshConfig config = Meshes.Of(
            Meshes.Site("a.example.org", "10.0.1.0/24"),
            Meshes.Site("b.example.org", "10.0.2.0/24"),
            Meshes.Natted("c.example.org", "10.0.3.0/24"),
            Meshes.Natted("d.example.org", "10.0.4.0/24")
        );
        SiteConfig c = Plan(config)[2];

        Assert.Equal("192.168.192.1/32, 10.0.1.0/24, 192.168.192.4/32, 10.0.4.0/24", c.Peer("a.example.org").Allowed());
        Assert.Equal("192.168.192.2/32, 10.0.2.0/24", c.Peer("b.example.org").Allowed());
        foreach (PeerSection relay in c.Peers)
        {
            CarriedSite d = Assert.Single(relay.Carries);
            Assert.Equal("d.example.org", d.Site);
            Assert.Equal(["192.168.192.4/32", "10.0.4.0/24"], d.Prefixes.Select(p => p.ToString()));
        }
        Assert.All(Plan(config)[0].Peers, peer => Assert.Empty(peer.Carries));
    }

    [Fact]
    public void Several_relays_share_the_pairs_and_both_ends_agree()
    {
        MeshSite[] sites =
        [
            Meshes.Site("r1.example.org") with
            {
                Relay = true,
            },
            Meshes.Site("r2.example.org") with
            {
                Relay = true,
            },
            .. Enumerable.Range(0, 20).Select(i => Meshes.Natted($"n{i}.example.org")),
        ];
        MeshConfig config = Meshes.Of(sites);
        MeshPlan plan = MeshPlan.Of(config, Meshes.KeysOf(config));

        int[] load = new int[2];
        for (int i = 2; i < sites.Length; i++)
        {
            for (int k = 2; k < sites.Length; k++)
            {
                if (i == k)
                    continue;
                Assert.Equal(plan.RelaysBetween(i, k), plan.RelaysBetween(k, i));
                load[plan.RelaysBetween(i, k)[0]]++;
            }
        }
        Assert.All(load, pairs => Assert.InRange(pairs, 100, 280));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_relay_up_to_four_stands_in_for_the_one_that_carries(bool marked)
    {
        for (int count = 1; count <= 6; count++)
        {
            MeshSite[] sites =
            [
                .. Enumerable.Range(0, count).Select(i => Meshes.Site($"r{i}.example.org") with { Relay = marked }),
                .. Enumerable.Range(0, 5).Select(i => Meshes.Natted($"n{i}.example.org")),
            ];
            MeshConfig config = Meshes.Of(sites);
            MeshPlan plan = MeshPlan.Of(config, Meshes.KeysOf(config));

            ImmutableArray<int> relays = plan.RelaysBetween(count, count + 1);

            Assert.Equal(Math.Min(count, 4), relays.Distinct().Count());
            Assert.All(relays, r => Assert.InRange(r, 0, count - 1));
            // What a site makes of its own file is the same order.
            SiteConfig file = plan.ConfigOf(count);
            FarSite far = FarSite.Of(file).Single(f => f.Site.Site == "n1.example.org");
            Assert.Equal(
                relays.Select(r => sites[r].Name),
                far.Relays.Select(key => file.Peers.Single(p => p.PublicKey == key).Site)
            );
        }
    }

    [Fact]
    public void Another_natted_site_moves_no_pair_to_another_relay()
    {
        MeshSite[] sites =
        [
            Meshes.Site("r1.example.org") with
            {
                Relay = true,
            },
            Meshes.Site("r2.example.org") with
            {
                Relay = true,
            },
            .. Enumerable.Range(0, 8).Select(i => Meshes.Natted($"n{i}.example.org")),
        ];
        MeshConfig before = Meshes.Of(sites);
        MeshConfig after = Meshes.Of([.. sites, Meshes.Natted("new.example.org")]);
        MeshPlan old = MeshPlan.Of(before, Meshes.KeysOf(before));
        MeshPlan more = MeshPlan.Of(after, Meshes.KeysOf(after));

        for (int i = 2; i < sites.Length; i++)
        {
            for (int k = i + 1; k < sites.Length; k++)
                Assert.Equal(old.RelaysBetween(i, k), more.RelaysBetween(i, k));
        }
    }

    [Fact]
    public void A_lan_that_stands_twice_at_one_site_is_claimed_once()
    {
        MeshConfig config = Meshes.Of(
            Meshes.Site("a.example.org", "10.0.1.0/24", "10.0.1.0/24"),
            Meshes.Site("b.example.org")
        );

        Assert.Equal("192.168.192.1/32, 10.0.1.0/24", Plan(config)[1].Peer("a.example.org").Allowed());
    }

    [Fact]
    public void A_mesh_with_an_error_is_not_planned()
    {
        MeshConfig config = Meshes.Of(Meshes.Natted("a.example.org"), Meshes.Natted("b.example.org"));

        Assert.Throws<ArgumentException>(() => MeshPlan.Of(config, Meshes.KeysOf(config)));
    }
}
