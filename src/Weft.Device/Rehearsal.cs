using System.Buffers.Binary;
using System.Net;
using Weft.Crypto;
using Weft.Linux;
using Weft.Protocol;
using static Weft.Device.TransportOffsets;

namespace Weft.Device;

/// <summary>
/// A handshake and some packets between two nodes in memory, before the first real ones come, so that nobody's packets wait
/// for the compiler: the cipher's loops are compiled when first used, which takes tens of milliseconds, and what is used
/// often is compiled again, twice, while it runs. Touches nothing outside itself; a thread of its own.
/// </summary>
static class Rehearsal
{
    /// <summary>The compiler takes a method up again when it has been called 30 times after a pause of 100 ms (its tiers).</summary>
    const int Packets = 40;
    const int Pause = 150;

    /// <summary>One to be seen as used, one to be counted, one to see that it is done.</summary>
    const int Rounds = 3;

    public static void Run()
    {
        using End left = new(1);
        using End right = new(2);
        left.Join(right);
        right.Join(left);
        left.Meet();
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < Packets; i++)
            {
                left.Send();
                right.Send();
            }
            Thread.Sleep(Pause);
        }
    }

    /// <summary>One side: both paths of a packet over a node, with the other side where the sockets would be and nothing in the TUN's place.</summary>
    sealed class End : IRunOutput, IPacketSink, IDisposable
    {
        const int SegmentSize = 1360;
        const int Segments = 4;
        const int HeaderLength = V4HeaderLength + TcpHeaderLength;

        readonly Node _node = new(new SystemEntropy());
        readonly uint _address;
        readonly byte[] _inbox = new byte[ReceiveBatch.SlotSize];
        readonly byte[] _super = new byte[HeaderLength + SegmentSize * Segments];
        readonly byte[] _single = new byte[100];
        readonly OutboundPath _outbound;
        readonly InboundPath _inbound;
        End? _other;
        byte[] _handshake = [];

        public End(uint address)
        {
            _address = address;
            _outbound = new OutboundPath(_node, this, this);
            _inbound = new InboundPath(_node, new HandshakeQueue(), this, TunOffloads.Tcp | TunOffloads.Udp);
            using PrivateKey key = PrivateKey.Generate();
            _node.SetPrivateKey(key);
            _node.InterfaceUp();
            Write(_super, Tcp);
            Write(_single, Udp);
        }

        Endpoint Endpoint => Endpoint.V4(_address, 1);

        public void Join(End other)
        {
            _other = other;
            Tunnel tunnel = _node.AddPeer(other._node.PublicKey!.Value)!;
            _node.SetEndpoint(tunnel, other.Endpoint);
            _node.AllowIp(tunnel, new IPNetwork(IPAddress.Any, 0));
        }

        /// <summary>Has the first packet staged and the handshake made.</summary>
        public void Meet()
        {
            Send();
            _node.Tick(DeviceClock.Now, DeviceClock.Wall, this);
            _other!.AnswerHandshake();
            AnswerHandshake();
            _node.Tick(DeviceClock.Now, DeviceClock.Wall, this);
        }

        /// <summary>A stream's super-packet and a lone packet.</summary>
        public void Send()
        {
            Instant now = DeviceClock.Now;
            VirtioNetHeader header = new()
            {
                Checksum = VirtioNetChecksum.Needed,
                Segmentation = VirtioNetSegmentation.TcpV4,
                SegmentSize = SegmentSize,
                ChecksumStart = V4HeaderLength,
                ChecksumOffset = TcpChecksum,
            };
            _outbound.Take(now, in header, _super);
            _outbound.Flush(now);
            _outbound.Take(now, default, _single);
            _outbound.Flush(now);
        }

        public void Send(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, ReadOnlySpan<Session> sessions)
        {
            foreach (UdpRun run in runs)
                _other!.Receive(buffer.Slice(run.Offset, run.Length), run.SegmentSize);
        }

        public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass)
        {
            if (Datagram.KindOf(datagram) == DatagramKind.Data)
                _other!.Receive(datagram, datagram.Length);
            else
                _other!._handshake = datagram.ToArray();
        }

        public void Write(in VirtioNetHeader header, ReadOnlySpan<byte> buffer, ReadOnlySpan<BufferSlice> slices) { }

        public void Dispose() => _node.Dispose();

        void Receive(ReadOnlySpan<byte> datagrams, int segmentSize)
        {
            datagrams.CopyTo(_inbox);
            ReceivedMessage message = new()
            {
                Length = datagrams.Length,
                SegmentSize = segmentSize,
                From = new UdpAddress(IsIPv6: false, _other!._address, 1, 0),
            };
            _inbound.Take(DeviceClock.Now, _inbox, in message);
            _inbound.Flush(_inbox);
        }

        /// <summary>Apart from sending it: a node is not asked again while it is still speaking.</summary>
        void AnswerHandshake()
        {
            Endpoint from = _other!.Endpoint;
            _node.ReceiveHandshake(DeviceClock.Now, DeviceClock.Wall, _handshake, in from, queued: 1, this);
        }

        static void Write(Span<byte> packet, byte protocol)
        {
            packet[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet[V4TotalLength..], (ushort)packet.Length);
            packet[V4Protocol] = protocol;
            if (protocol == Tcp)
            {
                packet[V4HeaderLength + TcpDataOffset] = TcpHeaderLength / 4 << 4;
                packet[V4HeaderLength + TcpFlags] = TcpAck;
            }
        }
    }
}
