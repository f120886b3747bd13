using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Linux;
using Weft.Linux.Netlink;
using Weft.Mesh;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Mesh.Doctor;

/// <summary>From facts to a finding, where a lab cannot make the facts: clocks, floods, counters.</summary>
public sealed class JudgeTests
{
    static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly PublicKey s_key = Key(2);
    static readonly IPEndPoint s_endpoint = IPEndPoint.Parse("198.51.100.2:51820");

    static readonly PeerStatus s_status = new() { PublicKey = s_key, Endpoint = s_endpoint };

    static readonly PeerExamination s_peer = new()
    {
        Section = new PeerSection
        {
            Site = "b.example.org",
            PublicKey = s_key,
            Endpoint = new HostPort("198.51.100.2", 51820),
        },
        Address = IPAddress.Parse("192.168.192.2"),
        Status = s_status,
        Endpoint = s_endpoint,
        Outer = new RouteAnswer(RouteKind.Unicast, new Route { Destination = IPNetwork.Parse("0.0.0.0/0") }),
        OuterInterface = "wan",
    };

    static readonly SiteExamination s_site = new()
    {
        Interface = "wg0",
        Now = s_now,
        IsStarted = true,
        HasTun = true,
        Config = new SiteConfig(),
        Link = new Link
        {
            Index = 5,
            Name = "wg0",
            IsUp = true,
            Mtu = 1420,
        },
        Device = new DeviceStatus
        {
            Name = "wg0",
            PublicKey = Key(1),
            ListenPort = 51820,
        },
    };

    static readonly PeerProbe s_silence = new()
    {
        Before = s_status,
        After = s_status with { SentBytes = 12 * 148 },
        Waited = TimeSpan.FromSeconds(6),
        Listened = true,
    };

    [Fact]
    public void A_site_where_all_is_as_it_should_be_has_no_fault()
    {
        Assert.Empty(SiteJudge.Judge(s_site));
        PeerProbe well = s_silence with { RoundTrip = TimeSpan.FromMilliseconds(1), Fits = 1420 };
        Assert.Null(new PeerJudge(s_site, s_peer, well).Judge());
    }

    [Fact]
    public void A_clock_behind_the_last_handshake_has_gone_back()
    {
        HandshakeTime later = new(s_now.ToUnixTimeSeconds() + 86400, 0);
        SiteExamination site = s_site with
        {
            Device = s_site.Device! with { Peers = [s_status with { LastHandshake = later }] },
        };
        Diagnosis fault = Assert.Single(SiteJudge.Judge(site));
        Assert.Equal(Layer.Clock, fault.Layer);
        Assert.Contains("2026-03-02 12:00:00 UTC", Assert.Single(fault.Evidence));
    }

    [Fact]
    public void A_host_without_a_tun_driver_is_told_so()
    {
        SiteExamination site = s_site with { IsStarted = false, HasTun = false, Link = null, Device = null };
        Assert.Contains(
            SiteJudge.Judge(site),
            f => f.Layer == Layer.Interface && f.Evidence[0].Contains("/dev/net/tun")
        );
    }

    [Fact]
    public void Initiations_without_an_answer_are_counted()
    {
        PeerProbe probe = s_silence with { SignOfLife = "198.51.100.2 is there: it answers pings" };
        Diagnosis fault = new PeerJudge(s_site, s_peer, probe).Judge()!;
        Assert.Equal(Layer.Keys, fault.Layer);
        Assert.Equal("there was no handshake yet; 12 initiations sent, none answered", fault.Evidence[0]);
        Assert.Equal(Layer.Handshake, new PeerJudge(s_site, s_peer, s_silence).Judge()!.Layer);
    }

    [Fact]
    public void An_initiation_with_the_right_keys_that_gets_no_answer_is_of_a_clock_that_went_back()
    {
        DateTimeOffset sent = new(1970, 1, 1, 0, 3, 0, TimeSpan.Zero);
        Diagnosis fault = Heard(
            new HeardHandshake(DatagramKind.Initiation, false, s_endpoint, true, new(true, s_key, sent))
        );
        Assert.Equal(Layer.Clock, fault.Layer);
        Assert.Contains("1970-01-01 00:03:00", fault.Evidence[0]);
    }

    [Fact]
    public void An_initiation_that_we_answered_in_vain_is_of_another_preshared_key()
    {
        Diagnosis fault = Heard(
            new HeardHandshake(DatagramKind.Initiation, false, s_endpoint, true, new(true, s_key, s_now)),
            new HeardHandshake(DatagramKind.Response, true, s_endpoint, false, null)
        );
        Assert.Equal(Layer.Keys, fault.Layer);
        Assert.Contains("preshared keys differ", fault.Remedy);
    }

    [Fact]
    public void A_cookie_is_that_of_a_device_under_load()
    {
        Diagnosis fault = Heard(new HeardHandshake(DatagramKind.Cookie, false, s_endpoint, false, null));
        Assert.Equal(Layer.Handshake, fault.Layer);
        Assert.Contains("cookie", fault.Evidence[0]);
    }

    [Fact]
    public void Handshakes_that_come_in_and_are_dropped_by_the_reverse_path_filter_are_told_from_the_rest()
    {
        PeerProbe probe = s_silence with
        {
            Heard = [new HeardHandshake(DatagramKind.Response, false, s_endpoint, true, null)],
            ReversePathDrops = 3,
        };
        Diagnosis fault = new PeerJudge(s_site, s_peer, probe).Judge()!;
        Assert.Equal(Layer.ReversePath, fault.Layer);
        Assert.Contains("dropped 3 packets", fault.Evidence[0]);
    }

    [Fact]
    public void The_first_layer_that_fails_is_the_one_that_is_named()
    {
        PeerExamination peer = s_peer with
        {
            Section = s_peer.Section with { Endpoint = new HostPort("b.example.org", 51820) },
            Resolved = [IPEndPoint.Parse("198.51.100.9:51820")],
            Coming = new FilterVerdict(false, "iptables chain INPUT: policy drop"),
        };
        PeerProbe probe = s_silence with
        {
            Refusals = [new UdpRefusal(s_endpoint.Address, new IcmpError(false, 3, 3))],
        };
        Assert.Equal(Layer.Name, new PeerJudge(s_site, peer, probe).Judge()!.Layer);
        peer = peer with { Resolved = [s_endpoint] };
        Assert.Equal(Layer.UdpOut, new PeerJudge(s_site, peer, probe).Judge()!.Layer);
        Assert.Equal(Layer.UdpIn, new PeerJudge(s_site, peer, s_silence).Judge()!.Layer);
    }

    static Diagnosis Heard(params HeardHandshake[] heard) =>
        new PeerJudge(s_site, s_peer, s_silence with { Heard = [.. heard] }).Judge()!;

    static PublicKey Key(byte number) => new([.. Enumerable.Repeat(number, 32)]);
}
