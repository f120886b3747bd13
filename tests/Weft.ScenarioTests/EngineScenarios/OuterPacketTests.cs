using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>What the datagrams outside look like, and which way they go.</summary>
public sealed class OuterPacketTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handshakes_are_marked_and_congestion_is_carried_out_and_in(bool outerIpv6)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, outerIpv6: outerIpv6).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        string ip = outerIpv6 ? "ip6" : "ip";
        const string Tunnel = "iifname eth0 udp dport 51820";
        PacketCounter initiations = PacketCounter.Add(right, "input", $"{Tunnel} udp length 156 {ip} dscp af41");
        PacketCounter responses = PacketCounter.Add(left, "input", $"{Tunnel} udp length 100 {ip} dscp af41");
        PacketCounter otherMarks = PacketCounter.Add(right, "input", $"{Tunnel} {ip} dscp != {{ cs0, af41 }}");
        PacketCounter capable = PacketCounter.Add(right, "input", $"{Tunnel} {ip} dscp cs0 {ip} ecn ect0");

        // Expedited forwarding and ECT(0) inside: only the second is to be seen outside.
        left.Run("ping", "-n", "-c", "3", "-i", "0.1", "-W", "5", "-Q", "0xba", TunnelPair.ResponderInner4);
        left.Run("ping", "-n", "-c", "3", "-i", "0.1", "-W", "5", "-Q", "0xba", TunnelPair.ResponderInner6);
        Assert.True(initiations.Packets >= 1, "no initiation bore AF41");
        Assert.True(responses.Packets >= 1, "no response bore AF41");
        Assert.Equal(0, otherMarks.Packets);
        Assert.InRange(capable.Packets, 6, 7);

        // A router on the way meets congestion: what speaks ECN inside is marked, what does not is dropped.
        PacketCounter.Add(right, "prerouting", $"{Tunnel} udp length > 64", $"{ip} ecn set ce");
        PacketCounter marked4 = PacketCounter.Add(right, "input", "iifname wg0 ip ecn ce");
        PacketCounter marked6 = PacketCounter.Add(right, "input", "iifname wg0 ip6 ecn ce");
        left.Run("ping", "-n", "-c", "2", "-i", "0.1", "-W", "5", "-Q", "0x02", TunnelPair.ResponderInner4);
        left.Run("ping", "-n", "-c", "2", "-i", "0.1", "-W", "5", "-Q", "0x01", TunnelPair.ResponderInner6);
        Assert.Equal(2, marked4.Packets);
        Assert.Equal(2, marked6.Packets);
        Assert.False(TunnelPair.Reaches(left, TunnelPair.ResponderInner4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_firewall_mark_chooses_the_way(bool outerIpv6)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        (string far, string near, string family) = outerIpv6
            ? ("fd77::1", "fd00::1", "-6")
            : ("10.77.0.1", "10.0.0.1", "-4");
        left.Run("ip", "address", "add", far, "dev", "lo");
        // Only marked packets know the way to the far address.
        right.Run("ip", family, "route", "add", far, "via", near, "table", "42");
        right.Run("ip", family, "rule", "add", "fwmark", "0x2a", "table", "42");
        string endpoint = outerIpv6 ? $"[{far}]:51820" : $"{far}:51820";
        pair.Initiator.Wg("set", "wg0", "peer", pair.ResponderKeys.Public, "remove");
        pair.Initiator.SetConf(
            pair.ResponderConf.Replace(pair.ResponderKeys.Private, pair.InitiatorKeys.Private)
                .Replace(pair.InitiatorKeys.Public, pair.ResponderKeys.Public)
                .Replace(TunnelPair.InitiatorInner4, TunnelPair.ResponderInner4)
                .Replace(TunnelPair.InitiatorInner6, TunnelPair.ResponderInner6)
        );
        pair.Responder.Wg("set", "wg0", "peer", pair.InitiatorKeys.Public, "endpoint", endpoint);
        Assert.False(TunnelPair.Reaches(right, TunnelPair.InitiatorInner4));

        pair.Responder.Wg("set", "wg0", "fwmark", "0x2a", "peer", pair.InitiatorKeys.Public, "endpoint", endpoint);
        // The kernel would wait for the retry; a mark that opens the way is tried with the next one too.
        Wait.Until(() => TunnelPair.Reaches(right, TunnelPair.InitiatorInner4), seconds: 8);
        pair.Responder.Wg("set", "wg0", "fwmark", "0");
        Assert.False(TunnelPair.Reaches(right, TunnelPair.InitiatorInner4));
    }

    [Fact]
    public async Task Inner_packets_bound_to_the_interface_or_marked_by_the_firewall_pass()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        pair.InitiatorHost.Run("ping", "-n", "-c", "1", "-W", "5", "-I", "wg0", TunnelPair.ResponderInner4);
        pair.InitiatorHost.Run(
            "nft",
            "table inet t { chain c { type route hook output priority mangle; oifname wg0 meta mark set 1; }; }"
        );
        pair.InitiatorHost.Run("ping", "-n", "-c", "1", "-W", "5", TunnelPair.ResponderInner4);
    }

    [Fact]
    public async Task A_keepalive_holds_the_hole_in_a_nat_that_forgets_after_two_seconds()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, Underlay.Nat).Start(Engine.Weft, Engine.Weft);
        Host router = lab.Hosts[2];
        router.Sh(
            """
            echo 2 >/proc/sys/net/netfilter/nf_conntrack_udp_timeout
            echo 2 >/proc/sys/net/netfilter/nf_conntrack_udp_timeout_stream
            """
        );
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        Assert.StartsWith("10.0.0.1:", TunnelPair.Peers(pair.Responder)[0][2]);
        // Time has to pass: it is what the router counts.
        pair.ResponderHost.Run("sleep", "3");
        Assert.False(TunnelPair.Reaches(pair.ResponderHost, TunnelPair.InitiatorInner4));

        pair.Initiator.Wg("set", "wg0", "peer", pair.ResponderKeys.Public, "persistent-keepalive", "1");
        pair.ResponderHost.Run("sleep", "4");
        Assert.True(TunnelPair.Reaches(pair.ResponderHost, TunnelPair.InitiatorInner4));
    }

    [Fact]
    public async Task The_listen_port_moves_and_the_session_stays()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);
        PacketCounter handshakes = PacketCounter.Add(right, "input", "iifname eth0 udp length { 100, 156 }");

        pair.Initiator.Wg("set", "wg0", "listen-port", "4000");
        Assert.True(TunnelPair.Reaches(left, TunnelPair.ResponderInner4));
        Assert.Equal("10.0.0.1:4000", TunnelPair.Peers(pair.Responder)[0][2]);
        Assert.True(TunnelPair.Reaches(right, TunnelPair.InitiatorInner6));

        pair.Initiator.Wg("set", "wg0", "listen-port", "0");
        Assert.NotEqual("4000", pair.Initiator.Wg("show", "wg0", "listen-port").Trim());
        Assert.True(TunnelPair.Reaches(left, TunnelPair.ResponderInner6));
        Assert.Equal(0, handshakes.Packets);

        // A port that is taken is refused, and all stays as it was.
        string before = pair.Initiator.Wg("show", "wg0", "listen-port");
        left.Start("socat", "-u", "UDP4-RECV:5353", "-");
        Wait.Until(() => left.Run("ss", "-Hlun").Contains(":5353"));
        Assert.Equal("errno=-98\n\n", pair.Initiator.Exchange("set=1\nlisten_port=5353\n\n"u8));
        Assert.Equal(before, pair.Initiator.Wg("show", "wg0", "listen-port"));
        Assert.True(TunnelPair.Reaches(left, TunnelPair.ResponderInner4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_narrow_way_between_carries_full_packets(bool outerIpv6)
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab, Underlay.Nat, outerIpv6: outerIpv6).Start(Engine.Weft, Engine.Weft);
        Host router = lab.Hosts[2];
        router.Run("ip", "link", "set", "wan", "mtu", "1280");
        pair.ResponderHost.Run("ip", "link", "set", "eth0", "mtu", "1280");
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);
        await Transfer.OverTcp(pair.InitiatorHost, pair.ResponderHost, TunnelPair.ResponderInner4, 3_000_000);
        await Transfer.OverTcp(pair.ResponderHost, pair.InitiatorHost, TunnelPair.InitiatorInner4, 3_000_000);
        Assert.DoesNotContain("refuses", pair.Initiator.Daemon.Errors + pair.Responder.Daemon.Errors);
    }

    [Fact]
    public async Task Without_ipv6_a_device_serves_ipv4()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab);
        pair.InitiatorHost.Sh("for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$f; done");
        pair.StartResponder(Engine.Weft);
        Device device = Device.Start(pair.InitiatorHost, Engine.Weft);
        device.SetConf(pair.InitiatorConf);
        pair.InitiatorHost.AddAddress("wg0", TunnelPair.InitiatorInner4 + "/24");
        pair.InitiatorHost.Run("ip", "link", "set", "wg0", "up");
        TunnelPair.Ping(pair.InitiatorHost, TunnelPair.ResponderInner4);

        // An endpoint that cannot be reached harms nothing, and the one that can is used at once.
        device.Wg("set", "wg0", "peer", pair.ResponderKeys.Public, "endpoint", "[fd00::2]:51820");
        Assert.False(TunnelPair.Reaches(pair.InitiatorHost, TunnelPair.ResponderInner4));
        device.Wg("set", "wg0", "peer", pair.ResponderKeys.Public, "endpoint", "10.0.0.2:51820");
        await Transfer.OverTcp(pair.InitiatorHost, pair.ResponderHost, TunnelPair.ResponderInner4, 1_000_000);
        Assert.DoesNotContain("refuses", device.Daemon.Errors);
    }

    [Fact]
    public async Task Without_offloads_all_passes_one_by_one()
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab);
        pair.StartResponder(Engine.Weft);
        Host left = pair.InitiatorHost;
        left.Run(Programs.Weft, "device", "wg0", "--no-offloads");
        File.WriteAllText(Path.Combine(lab.Folder, "left.conf"), pair.InitiatorConf);
        left.Run(Programs.DebianWg, "setconf", "wg0", Path.Combine(lab.Folder, "left.conf"));
        TunnelPair.SetUp(left, TunnelPair.InitiatorInner4, TunnelPair.InitiatorInner6);
        PacketCounter large = PacketCounter.Add(left, "input", "iifname wg0 meta length > 1420");
        await Transfer.OverTcp(left, pair.ResponderHost, TunnelPair.ResponderInner4, 3_000_000);
        await Transfer.OverTcp(pair.ResponderHost, left, TunnelPair.InitiatorInner6, 3_000_000);
        Assert.Equal(0, large.Packets);
    }
}
