using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

public sealed class HotPathTests
{
    readonly World _world = new();

    [Fact]
    public void A_packet_out_and_in_allocates_nothing()
    {
        (Host a, Host b) = _world.AddPair();
        a.SendTo(b);
        _world.Settle();
        b.SendTo(a);
        _world.Settle();
        Loop loop = new(a, b, _world.Now);
        loop.Run(300);
        long before = GC.GetAllocatedBytesForCurrentThread();
        loop.Run(300);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(600, loop.Delivered);
    }

    [Fact]
    public void Garbage_allocates_nothing()
    {
        (Host a, Host b) = _world.AddPair();
        a.SendTo(b);
        _world.Settle();
        byte[] forged = [.. _world.Sent[^1].Bytes];
        forged[^1] ^= 1;
        byte[] handshake = [.. _world.Sent[0].Bytes];
        handshake[^20] ^= 1;
        Assert.Equal(0, Feed(b, forged, handshake));
        long before = GC.GetAllocatedBytesForCurrentThread();
        int accepted = Feed(b, forged, handshake);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, accepted);
    }

    [Fact]
    public void An_unknown_receiver_index_finds_nothing()
    {
        (Host a, Host _) = _world.AddPair();
        Assert.Null(a.Node.FindSession([4, 0, 0, 0, 1, 2, 3, 4, .. new byte[24]]));
    }

    /// <summary>How often anything but a refusal came of it. (Assertions allocate.)</summary>
    int Feed(Host host, byte[] forged, byte[] handshake)
    {
        int accepted = 0;
        for (int i = 0; i < 300; i++)
        {
            Session? session = host.Node.FindSession(forged);
            if (session is null || session.Open(_world.Now, forged, out _) != OpenResult.Forged)
                accepted++;
            if (host.Node.ClaimOf(_world.Now, handshake, default, isBusy: true) != HandshakeClaim.None)
                accepted++;
            host.Node.ReceiveHandshake(_world.Now, _world.Wall, handshake, host.Address, 1, host);
        }
        return accepted;
    }

    /// <summary>What the packet loops of two devices do for one packet.</summary>
    sealed class Loop(Host a, Host b, Instant begin)
    {
        readonly byte[] _packet = Host.Packet(a, b, length: 1400);
        readonly byte[] _datagram = new byte[2000];
        readonly Endpoint _from = a.Address;
        Instant _now = begin;

        internal int Delivered { get; private set; }

        internal void Run(int count)
        {
            for (int i = 0; i < count; i++)
                Pass();
        }

        void Pass()
        {
            _now += TimeSpan.FromMilliseconds(1);
            InnerPacket.TryRead(_packet, out InnerPacket packet);
            Tunnel peer = a.Node.AllowedIps.FindDestination(packet)!;
            if (!peer.TryGetEndpoint(out _) || !peer.TryReserve(_now, 1, out Session? session, out ulong counter))
                return;
            int length = session.Seal(counter, _packet, _datagram, a.Node.Mtu);
            peer.DatagramsSent(_now, session, length, isData: true);

            Span<byte> datagram = _datagram.AsSpan(0, length);
            Session receiver = b.Node.FindSession(datagram)!;
            if (receiver.Open(_now, datagram, out int plaintext) != OpenResult.Opened)
                return;
            receiver.Tunnel.DatagramReceived(_now, receiver, _from, length, plaintext == 0);
            InnerPacket.TryRead(datagram.Slice(DataMessage.HeaderLength, plaintext), out InnerPacket inner);
            if (b.Node.AllowedIps.FindSource(inner) != receiver.Tunnel)
                return;
            receiver.Tunnel.CountReceived(length);
            Delivered++;
        }
    }
}
