using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// What happens to received datagrams: data is opened in place, its sender checked to say only what it may, and the packets
/// are passed on, joined where they may be; handshakes go to the control thread. One per socket; the packet thread's; allocates
/// nothing per packet.
/// </summary>
sealed class InboundPath(Node node, HandshakeQueue handshakes, IPacketSink sink, TunOffloads offloads)
{
    readonly SegmentMerger _merger = new(sink, offloads);

    /// <summary>Bytes of accepted datagrams that are not counted yet, and whose.</summary>
    Tunnel? _countedTunnel;
    long _countedBytes;

    int _surplus;

    /// <summary>What may be joined from now on.</summary>
    public TunOffloads Offloads
    {
        set => _merger.Offloads = value;
    }

    /// <summary>Takes the datagrams of one message. Returns whether the control thread is asked for.</summary>
    /// <param name="buffer">Holds the message, unmoved until <see cref="Flush"/>.</param>
    public bool Take(Instant now, Span<byte> buffer, in ReceivedMessage message)
    {
        if (message.Length == 0)
            return false;
        bool wake = false;
        Endpoint from = UdpTransport.From(in message);
        for (int at = 0; at < message.Length; at += message.SegmentSize)
        {
            int length = Math.Min(message.SegmentSize, message.Length - at);
            BufferSlice slice = new(message.Offset + at, length);
            Span<byte> datagram = buffer.Slice(slice.Offset, slice.Length);
            wake |= Datagram.KindOf(datagram) switch
            {
                DatagramKind.None => Pass(),
                DatagramKind.Data => TakeData(now, buffer, slice, in from, message.TrafficClass),
                _ => TakeHandshake(now, datagram, in from),
            };
        }
        return wake;
    }

    /// <summary>How many datagrams were nothing to us, or handshakes that came while many others waited; counts from 0 again.</summary>
    public int TakeSurplus()
    {
        int surplus = _surplus;
        _surplus = 0;
        return surplus;
    }

    /// <summary>Passes on what is still being joined.</summary>
    public void Flush(Span<byte> buffer)
    {
        _merger.Flush(buffer);
        Count(null, 0);
    }

    /// <summary>Queues a handshake message if it is worth it. Returns wake.</summary>
    bool TakeHandshake(Instant now, Span<byte> datagram, in Endpoint from)
    {
        // A cookie that is looked at costs something, and matters only where there are others to wait for.
        const int busy = 64;
        int waiting = handshakes.Count;
        HandshakeClaim claim = node.ClaimOf(now, datagram, in from, waiting >= busy);
        if (claim == HandshakeClaim.None || waiting >= HandshakeQueue.Flood)
            _surplus++;
        return handshakes.TryWrite(now, claim, datagram, in from);
    }

    /// <summary>Nothing of ours. Returns wake.</summary>
    bool Pass()
    {
        _surplus++;
        return false;
    }

    /// <summary>Opens one datagram and passes its packet on. Returns wake.</summary>
    bool TakeData(Instant now, Span<byte> buffer, BufferSlice slice, in Endpoint from, byte trafficClass)
    {
        Span<byte> datagram = buffer.Slice(slice.Offset, slice.Length);
        if (
            node.FindSession(datagram) is not { } session
            || session.Open(now, datagram, out int length) != OpenResult.Opened
        )
            return false;
        Tunnel tunnel = session.Tunnel;
        bool wake = tunnel.DatagramReceived(now, session, in from, slice.Length, isKeepalive: length == 0);
        if (length == 0)
            return wake;
        Span<byte> packet = datagram.Slice(DataMessage.HeaderLength, length);
        if (
            !InnerPacket.TryRead(packet, out InnerPacket inner)
            || !ReferenceEquals(node.AllowedIps.FindSource(inner), tunnel)
            || !Ecn.Decapsulate(trafficClass, packet[..inner.TotalLength])
        )
            return wake;
        Count(tunnel, slice.Length);
        _merger.Add(buffer, new BufferSlice(slice.Offset + DataMessage.HeaderLength, inner.TotalLength));
        return wake;
    }

    /// <summary>Counters are shared; neighbours in a batch are mostly one peer's and are counted together.</summary>
    void Count(Tunnel? tunnel, int bytes)
    {
        if (!ReferenceEquals(tunnel, _countedTunnel))
        {
            _countedTunnel?.CountReceived(_countedBytes);
            _countedTunnel = tunnel;
            _countedBytes = 0;
        }
        _countedBytes += bytes;
    }
}
