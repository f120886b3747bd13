using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class StagingTests
{
    readonly World _world = new();

    [Fact]
    public void Of_more_than_128_packets_the_oldest_are_dropped()
    {
        (Host a, Host b) = _world.AddPair();
        for (int i = 0; i < 200; i++)
            a.SendTo(b, i);
        _world.Settle();
        Assert.Equal(Enumerable.Range(72, 128), b.Received.Select(received => Host.IdOf(received.Packet)));
    }

    [Fact]
    public void The_bytes_that_wait_are_bounded_too()
    {
        StagingQueue queue = new();
        for (int i = 0; i < 100; i++)
            queue.Add(new byte[34_736]);
        Assert.Equal(7, queue.Count);
        Assert.InRange(queue.Bytes, 1, StagingQueue.MaximumBytes);
        queue.Clear();
        Assert.True(queue.IsEmpty);
        Assert.Equal(0, queue.Bytes);
    }

    [Fact]
    public void What_waits_on_the_responders_side_goes_out_once_the_session_is_confirmed()
    {
        (Host a, Host b) = _world.AddPair();
        _world.Wire.Loses = sent => sent.From == b && sent.Kind == DatagramKind.Initiation;
        b.SendTo(a, 1);
        _world.RunFor(1);
        a.SendTo(b, 2);
        _world.Settle();
        Assert.Equal(1, Host.IdOf(Assert.Single(a.Received).Packet));
    }

    [Fact]
    public void What_waits_goes_out_before_what_comes_after_it()
    {
        (Host a, Host b) = _world.AddPair();
        _world.Wire.Delay = TimeSpan.FromMilliseconds(10);
        for (int i = 0; i < 100; i++)
        {
            a.SendTo(b, i);
            _world.RunFor(0.001);
        }
        _world.RunFor(1);
        Assert.Equal(Enumerable.Range(0, 100), b.Received.Select(received => Host.IdOf(received.Packet)));
    }

    [Fact]
    public void A_packet_that_waits_while_we_have_just_answered_the_peer_is_not_forgotten()
    {
        (Host a, Host b) = _world.AddPair();
        // a's confirmation never comes, so b can't use the session and, having just answered, may not start one either.
        _world.Wire.Loses = sent => sent.Kind == DatagramKind.Data;
        a.SendTo(b, 1);
        _world.RunFor(1);
        b.SendTo(a, 2);
        _world.Wire.Loses = null;
        _world.RunFor(5.4);
        Assert.Equal(2, Host.IdOf(Assert.Single(a.Received).Packet));
    }

    [Fact]
    public void A_packet_that_is_ahead_of_the_news_that_the_interface_is_up_goes_out()
    {
        (Host a, Host b) = _world.AddPair();
        a.Node.InterfaceDown();
        a.SendTo(b, 1);
        _world.RunFor(1);
        Assert.Empty(_world.Sent);
        a.Node.InterfaceUp();
        a.SendTo(b, 2);
        _world.Settle();
        Assert.Equal([1, 2], b.Received.Select(received => Host.IdOf(received.Packet)));
    }

    [Fact]
    public void What_was_read_after_the_interface_went_down_does_not_go_out_when_it_comes_up_long_after()
    {
        (Host a, Host b) = _world.AddPair();
        a.Node.InterfaceDown();
        a.SendTo(b, 1);
        _world.RunFor(6);
        a.Node.InterfaceUp();
        a.SendTo(b, 2);
        _world.Settle();
        Assert.Equal(2, Host.IdOf(Assert.Single(b.Received).Packet));
    }

    [Fact]
    public void What_was_left_over_does_not_pass_for_what_comes_before_the_next_news()
    {
        (Host a, Host b) = _world.AddPair();
        a.Node.InterfaceDown();
        a.SendTo(b, 1);
        _world.RunFor(6);
        a.SendTo(b, 2);
        a.Node.InterfaceUp();
        _world.Settle();
        Assert.Equal(2, Host.IdOf(Assert.Single(b.Received).Packet));
    }
}
