using System.Net;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

public sealed class SiteNamesTests
{
    [Theory]
    [InlineData("10.0.2.0/24", "2.0.10.in-addr.arpa")]
    [InlineData("10.0.0.0/8", "10.in-addr.arpa")]
    [InlineData("10.0.2.0/23", "2.0.10.in-addr.arpa 3.0.10.in-addr.arpa")]
    [InlineData("172.16.0.0/15", "16.172.in-addr.arpa 17.172.in-addr.arpa")]
    [InlineData("10.0.2.6/31", "6.2.0.10.in-addr.arpa 7.2.0.10.in-addr.arpa")]
    [InlineData("fd77:0:0:2::/64", "2.0.0.0.0.0.0.0.0.0.0.0.7.7.d.f.ip6.arpa")]
    [InlineData("fd77:6::/31", "6.0.0.0.7.7.d.f.ip6.arpa 7.0.0.0.7.7.d.f.ip6.arpa")]
    [InlineData("0.0.0.0/0", "")]
    public void A_network_has_its_reverse_zones(string network, string zones) =>
        Assert.Equal(zones, string.Join(' ', ReverseZones.Of(IPNetwork.Parse(network))));

    const string Peers = """
        [Peer]
        # Weft.Site = b.example.org
        # Weft.Domain = b.lan
        # Weft.Relay = d.example.org 8MmPAnsSFZZJj5cy1/l8IQBHyHVMsFhSnSnTPVRBhlA= 192.168.192.4/32, 10.0.4.0/24
        # Weft.Domain = d.lan of d.example.org
        PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
        AllowedIPs = 192.168.192.2/32, 10.0.2.0/24, 192.168.192.4/32, 10.0.4.0/24
        [Peer]
        # Weft.Site = c.example.org
        PublicKey = TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=
        AllowedIPs = 192.168.192.3/32, 10.0.3.0/24
        """;

    static SiteNames Names(string own = "# Weft.Domain = a.lan\n# Weft.Lan = 10.0.1.0/24", string peers = Peers) =>
        SiteNames.Of(Sites.File(own, peers).Config, "wg0")!;

    static string[] Lines(SiteNames names, string[] conf, List<string>? notices = null) =>
        [
            .. DnsmasqLines
                .Of(
                    names,
                    new DnsmasqConf([.. conf.Select(DnsSetting.Read).OfType<DnsSetting>()], []),
                    notices is null ? _ => { } : notices.Add
                )
                .Select(s => s.ToString()),
        ];

    [Fact]
    public void Each_domain_is_asked_of_its_site_also_of_one_behind_a_relay() =>
        Assert.Equal(
            [
                "host-record=a.lan,192.168.192.1",
                "local=/a.lan/",
                "domain=a.lan,10.0.1.0/24",
                "expand-hosts",
                "host-record=b.lan,192.168.192.2",
                "server=/b.lan/192.168.192.2",
                "rebind-domain-ok=/b.lan/",
                "server=/2.0.10.in-addr.arpa/192.168.192.2",
                "host-record=d.lan,192.168.192.4",
                "server=/d.lan/192.168.192.4",
                "rebind-domain-ok=/d.lan/",
                "server=/4.0.10.in-addr.arpa/192.168.192.4",
            ],
            Lines(Names(), [])
        );

    [Fact]
    public void A_file_without_domains_asks_for_nothing()
    {
        Assert.Null(SiteNames.Of(Sites.File().Config, "wg0"));
        Assert.NotNull(SiteNames.Of(Sites.File("# Weft.Domain = a.lan").Config, "wg0"));
    }

    [Fact]
    public void What_the_user_says_of_his_own_domain_is_left_to_him()
    {
        string[] lines = Lines(Names(), ["domain=a.lan", "server=/a.lan/10.0.1.5  # the directory"]);

        Assert.DoesNotContain("local=/a.lan/", lines);
        Assert.DoesNotContain(lines, l => l.StartsWith("domain=", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_domain_of_the_user_is_kept_and_told()
    {
        List<string> notices = [];

        Assert.DoesNotContain("domain=a.lan,10.0.1.0/24", Lines(Names(), ["domain=home"], notices));
        Assert.Contains("dnsmasq calls this site's hosts by home", Assert.Single(notices));
    }

    [Fact]
    public void The_interface_is_named_only_where_others_are_and_it_may_be_missing()
    {
        List<string> notices = [];

        Assert.DoesNotContain("interface=wg0", Lines(Names(), []));
        Assert.Contains("interface=wg0", Lines(Names(), ["interface=br0"]));
        Assert.Contains("interface=wg0", Lines(Names(), ["listen-address=10.0.1.1", "bind-dynamic"]));
        Assert.DoesNotContain("interface=wg0", Lines(Names(), ["interface=br0", "bind-interfaces"], notices));
        Assert.Contains("say bind-dynamic instead", Assert.Single(notices));
    }

    [Fact]
    public void Addresses_of_a_mapped_network_are_told_as_they_are_reached()
    {
        string peers = Peers.Replace(
            "# Weft.Domain = b.lan",
            "# Weft.Domain = b.lan\n# Weft.Lan = 192.168.1.0/24 as 10.0.2.0/24",
            StringComparison.Ordinal
        );

        string[] lines = Lines(Names(peers: peers), []);

        Assert.Contains("alias=192.168.1.0,10.0.2.0,255.255.255.0", lines);
        // Only b itself knows the names of its addresses, and by other numbers.
        Assert.DoesNotContain("server=/2.0.10.in-addr.arpa/192.168.192.2", lines);
    }

    [Fact]
    public void Two_far_networks_of_the_same_addresses_cannot_be_told_apart_by_an_answer()
    {
        string peers = Peers
            .Replace(
                "# Weft.Domain = b.lan",
                "# Weft.Domain = b.lan\n# Weft.Lan = 192.168.1.0/24 as 10.0.2.0/24",
                StringComparison.Ordinal
            )
            .Replace(
                "# Weft.Domain = d.lan of d.example.org",
                "# Weft.Domain = d.lan of d.example.org\n# Weft.Lan = 192.168.1.0/24 as 10.0.4.0/24 of d.example.org",
                StringComparison.Ordinal
            );

        Assert.DoesNotContain(Lines(Names(peers: peers), []), l => l.StartsWith("alias=", StringComparison.Ordinal));
    }
}
