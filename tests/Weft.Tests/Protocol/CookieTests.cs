using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class CookieTests
{
    readonly World _world = new();
    readonly Host _a;
    readonly Host _b;

    public CookieTests() => (_a, _b) = _world.AddPair();

    [Fact]
    public void A_message_with_a_wrong_mac1_gets_no_answer()
    {
        _world.Wire.IsCut = true;
        _a.SendTo(_b);
        _world.Settle();
        _world.Wire.IsCut = false;
        byte[] initiation = _world.Sent[0].Bytes;
        byte[] wrong = [.. initiation];
        wrong[120] ^= 1;
        Assert.Equal(HandshakeClaim.Unproven, ClaimAt(_b, initiation));
        Assert.Equal(HandshakeClaim.None, ClaimAt(_b, wrong));
        Assert.Equal(HandshakeClaim.None, ClaimAt(_a, initiation));
        _b.Receive(wrong, _a.Address);
        _world.Settle();
        Assert.Single(_world.Sent);
    }

    [Fact]
    public void Under_load_a_sender_without_cookie_gets_one_and_comes_through_with_it_at_once()
    {
        _b.Queued = 512;
        Instant begin = _world.Now;
        _a.SendTo(_b);
        _world.Settle();
        Assert.Equal(
            [DatagramKind.Initiation, DatagramKind.Cookie, DatagramKind.Initiation, DatagramKind.Response],
            _world.Sent.Take(4).Select(sent => sent.Kind)
        );
        Assert.Equal(0, _world.Sent[1].TrafficClass);
        Assert.DoesNotContain(_world.Sent[0].Bytes[^16..], octet => octet != 0);
        Assert.Contains(_world.Sent[2].Bytes[^16..], octet => octet != 0);
        Assert.Single(_b.Received);
        Assert.InRange(_world.Now - begin, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void However_many_cookies_come_an_initiation_is_sent_once_more_in_5_seconds_and_all_count_as_one_try()
    {
        _world.Wire.IsCut = true;
        using CookieChecker checker = new(_b.PublicKey);
        _a.SendTo(_b);
        _world.Settle();
        for (int second = 0; second < 89; second++)
        {
            byte[] last = _world.Sent[^1].Bytes;
            uint index = new InitiationMessage(last).Sender;
            byte[] reply = new byte[CookieMessage.Length];
            checker.WriteReply(_world.Now, last, index, _a.Address, _world.Chance, reply);
            _a.Receive(reply, _b.Address);
            _world.RunFor(1);
        }
        // 17 or 18 tries, and no more than one more for each.
        int initiations = _world.Sent.Count(sent => sent.Kind == DatagramKind.Initiation);
        Assert.InRange(initiations, 18, 36);
        Assert.Equal(1, _a.PeerOf(_b).Staging.Count);
    }

    [Fact]
    public void A_message_is_proven_by_its_cookie_or_by_answering_what_is_pending()
    {
        _world.Wire.IsCut = true;
        _a.SendTo(_b);
        _world.Settle();
        byte[] initiation = _world.Sent[0].Bytes;
        _b.Queued = 512;
        _b.Receive([.. initiation], _a.Address);
        byte[] cookie = _world.Sent[1].Bytes;
        Assert.Equal(HandshakeClaim.Proven, ClaimAt(_a, cookie));
        Assert.Equal(HandshakeClaim.None, ClaimAt(_b, cookie));

        _a.Receive([.. cookie], _b.Address);
        byte[] withCookie = _world.Sent[2].Bytes;
        Assert.Equal(HandshakeClaim.Proven, ClaimAt(_b, withCookie));
        Assert.Equal(HandshakeClaim.Unproven, ClaimAt(_b, withCookie, isBusy: false));
        Assert.Equal(HandshakeClaim.Unproven, ClaimAt(_b, initiation));

        _b.Receive([.. withCookie], _a.Address);
        byte[] response = _world.Sent[3].Bytes;
        Assert.Equal(HandshakeClaim.Proven, ClaimAt(_a, response));
        _a.Receive([.. response], _b.Address);
        Assert.Equal(HandshakeClaim.Unproven, ClaimAt(_a, response));
        Assert.Equal(HandshakeClaim.None, ClaimAt(_b, response));
    }

    [Fact]
    public void Load_begins_at_an_eighth_of_the_queue_and_holds_for_a_second()
    {
        LoadGate gate = new();
        Instant begin = _world.Now;
        Assert.False(gate.IsUnderLoad(begin, 511));
        Assert.True(gate.IsUnderLoad(begin, 512));
        Assert.True(gate.IsUnderLoad(begin + TimeSpan.FromMilliseconds(999), 0));
        Assert.False(gate.IsUnderLoad(begin + TimeSpan.FromMilliseconds(1000), 0));
    }

    [Fact]
    public void A_cookie_changes_neither_endpoint_nor_counters()
    {
        _b.Queued = 512;
        _world.Wire.IsCut = true;
        _a.SendTo(_b);
        _world.Settle();
        _b.Receive([.. _world.Sent[0].Bytes], _a.Address);
        byte[] cookie = _world.Sent[1].Bytes;
        Assert.Equal(0UL, _b.PeerOf(_a).SentBytes);
        Assert.Equal(148UL, _a.PeerOf(_b).SentBytes);
        _a.Receive([.. cookie], Endpoint.V4(1, 1));
        Assert.Equal(0UL, _a.PeerOf(_b).ReceivedBytes);
        _a.PeerOf(_b).TryGetEndpoint(out Endpoint endpoint);
        Assert.Equal(_b.Address, endpoint);
    }

    [Fact]
    public void One_cookie_reply_is_accepted_per_message_sent()
    {
        CookieJar jar = new(_b.PublicKey);
        using CookieChecker checker = new(_b.PublicKey);
        byte[] message = new byte[InitiationMessage.Length];
        jar.Sign(_world.Now, message);
        Assert.True(checker.HasValidMac1(message));
        byte[] first = Reply(checker, message);
        byte[] second = Reply(checker, message);
        Assert.True(jar.TryAccept(_world.Now, new CookieMessage(first)));
        Assert.False(jar.TryAccept(_world.Now, new CookieMessage(second)));
        message[8] = 1;
        jar.Sign(_world.Now, message);
        Assert.False(jar.TryAccept(_world.Now, new CookieMessage(second)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cookie_is_bound_to_address_and_port(bool isIPv6)
    {
        Endpoint from = At(isIPv6, 1, 7000);
        CookieJar jar = new(_b.PublicKey);
        using CookieChecker checker = new(_b.PublicKey);
        byte[] message = new byte[InitiationMessage.Length];
        jar.Sign(_world.Now, message);
        Assert.True(jar.TryAccept(_world.Now, new CookieMessage(Reply(checker, message, from))));
        jar.Sign(_world.Now, message);
        Assert.True(checker.HasValidMac2(_world.Now, message, from, _world.Chance));
        Assert.False(checker.HasValidMac2(_world.Now, message, At(isIPv6, 1, 7001), _world.Chance));
        Assert.False(checker.HasValidMac2(_world.Now, message, At(isIPv6, 2, 7000), _world.Chance));
        Assert.False(checker.HasValidMac2(_world.Now, message, At(!isIPv6, 1, 7000), _world.Chance));

        static Endpoint At(bool isIPv6, uint address, ushort port) =>
            isIPv6 ? Endpoint.V6(address, port) : Endpoint.V4(address, port);
    }

    [Fact]
    public void The_sender_stops_using_a_cookie_after_115_seconds()
    {
        CookieJar jar = new(_b.PublicKey);
        using CookieChecker checker = new(_b.PublicKey);
        byte[] message = new byte[InitiationMessage.Length];
        jar.Sign(_world.Now, message);
        jar.TryAccept(_world.Now, new CookieMessage(Reply(checker, message)));
        jar.Sign(_world.Now + TimeSpan.FromSeconds(114.9), message);
        Assert.True(new Macs(message).Mac2.ContainsAnyExcept((byte)0));
        jar.Sign(_world.Now + TimeSpan.FromSeconds(115), message);
        Assert.False(new Macs(message).Mac2.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void The_secret_behind_cookies_lives_120_seconds()
    {
        CookieJar jar = new(_b.PublicKey);
        using CookieChecker checker = new(_b.PublicKey);
        byte[] message = new byte[InitiationMessage.Length];
        jar.Sign(_world.Now, message);
        jar.TryAccept(_world.Now, new CookieMessage(Reply(checker, message)));
        jar.Sign(_world.Now, message);
        Instant late = _world.Now + TimeSpan.FromSeconds(119.9);
        Assert.True(checker.HasValidMac2(late, message, _a.Address, _world.Chance));
        Instant tooLate = _world.Now + TimeSpan.FromSeconds(120);
        Assert.False(checker.HasValidMac2(tooLate, message, _a.Address, _world.Chance));
    }

    [Fact]
    public void A_source_gets_5_at_once_and_20_a_second()
    {
        SourceLimiter limiter = new();
        Instant now = _world.Now;
        for (int i = 0; i < 5; i++)
            Assert.True(limiter.TryTake(now, _a.Address));
        Assert.False(limiter.TryTake(now, _a.Address));
        Assert.True(limiter.TryTake(now, _b.Address));
        int taken = 0;
        for (int i = 0; i < 1000; i++)
        {
            now += TimeSpan.FromMilliseconds(1);
            taken += limiter.TryTake(now, _a.Address) ? 1 : 0;
        }
        Assert.InRange(taken, 19, 20);
    }

    [Fact]
    public void All_of_an_ipv6_64_share_one_bucket()
    {
        SourceLimiter limiter = new();
        UInt128 prefix = (UInt128)0x2001_0db8_0000_0001 << 64;
        for (uint host = 0; host < 5; host++)
            Assert.True(limiter.TryTake(_world.Now, Endpoint.V6(prefix + host, (ushort)host)));
        Assert.False(limiter.TryTake(_world.Now, Endpoint.V6(prefix + 99, 9)));
        Assert.True(limiter.TryTake(_world.Now, Endpoint.V6(prefix + ((UInt128)1 << 64), 9)));
    }

    [Fact]
    public void At_most_65536_sources_are_remembered_and_they_are_forgotten_after_a_second()
    {
        SourceLimiter limiter = new();
        for (uint i = 0; i < 70_000; i++)
            Assert.Equal(i < 65_536, limiter.TryTake(_world.Now, Endpoint.V4(i, 1)));
        Assert.Equal(65_536, limiter.Count);
        Instant later = _world.Now + TimeSpan.FromSeconds(1);
        Assert.Equal(later, limiter.NextSweep);
        limiter.Sweep(later);
        Assert.Equal(0, limiter.Count);
        Assert.Equal(Instant.Never, limiter.NextSweep);
    }

    [Fact]
    public void Under_load_a_source_with_a_cookie_is_still_limited()
    {
        _b.Queued = 512;
        CookieJar jar = new(_b.PublicKey);
        byte[] message = new byte[InitiationMessage.Length];
        new InitiationMessage(message).WriteHeader(1);
        jar.Sign(_world.Now, message);
        _b.Receive(message, _a.Address);
        jar.TryAccept(_world.Now, new CookieMessage(_world.Sent[^1].Bytes));
        jar.Sign(_world.Now, message);
        _world.Sent.Clear();
        for (int i = 0; i < 8; i++)
            _b.Receive([.. message], _a.Address);
        Assert.Empty(_world.Sent);
        Assert.Equal(1, _b.Node.Intake.Sources);
        _world.RunFor(2);
        Assert.Equal(0, _b.Node.Intake.Sources);
    }

    HandshakeClaim ClaimAt(Host host, byte[] message, bool isBusy = true) =>
        host.Node.ClaimOf(_world.Now, [.. message], _a.Address, isBusy);

    byte[] Reply(CookieChecker checker, byte[] message, Endpoint? from = null)
    {
        byte[] reply = new byte[CookieMessage.Length];
        checker.WriteReply(_world.Now, message, 1, from ?? _a.Address, _world.Chance, reply);
        return reply;
    }
}
