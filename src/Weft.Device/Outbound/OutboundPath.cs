using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// What happens to one packet or super-packet on its way out: its peer is looked up, counters are reserved for all
/// segments at once, and each is sealed straight into the buffer that is sent. What belongs together leaves with one
/// call, at <see cref="Flush"/> or when the buffer is full. The packet thread's; allocates nothing per packet.
/// </summary>
/// <param name="sink">Where unreachable messages go: back to the sender.</param>
sealed class OutboundPath(Node node, IRunOutput output, IPacketSink sink)
{
    readonly SendBuffer _send = new(output);
    readonly byte[] _segment = GC.AllocateUninitializedArray<byte>(TunSource.LongestPacket);
    readonly UnreachableReplies _unreachable = new(sink);

    /// <summary>Takes one packet as it came from the TUN. Returns whether a tunnel asked for the control thread.</summary>
    public bool Take(Instant now, in VirtioNetHeader header, ReadOnlySpan<byte> packet)
    {
        if (
            !InnerPacket.TryRead(packet, out InnerPacket inner)
            || inner.TotalLength != packet.Length
            || !PacketSegments.TryCreate(in header, packet, out PacketSegments segments)
        )
            return false;
        if (node.AllowedIps.FindDestination(inner) is not { } tunnel || !tunnel.TryGetEndpoint(out Endpoint to))
        {
            _unreachable.Send(now, packet);
            return false;
        }
        if (!RoutingLoop.MayPass(packet, in to, out byte hopLimit))
            return false;
        if (!tunnel.TryReserve(now, segments.Count, out Session? session, out ulong counter))
            return Stage(now, tunnel, segments);
        OuterMarks marks = new(Ecn.Encapsulate(inner.TrafficClass), hopLimit);
        return Seal(now, session, counter, in to, marks, segments);
    }

    /// <summary>Sends what is sealed. Returns wake.</summary>
    public bool Flush(Instant now) => _send.Flush(now);

    bool Seal(Instant now, Session session, ulong counter, in Endpoint to, OuterMarks marks, PacketSegments segments)
    {
        int mtu = node.Mtu;
        bool wake = false;
        for (int i = 0; i < segments.Count; i++)
        {
            int longest = Session.DatagramLength(segments.Length(i), mtu);
            if (!_send.HasRoom(longest))
                wake |= _send.Flush(now);
            Span<byte> datagram = _send.Next(longest);
            Span<byte> packet = datagram[DataMessage.HeaderLength..];
            int length = segments.CopyTo(i, packet);
            int sealedLength = session.Seal(counter + (ulong)i, packet[..length], datagram, mtu);
            if (sealedLength > 0)
                _send.Add(session, in to, marks, sealedLength);
        }
        return wake;
    }

    bool Stage(Instant now, Tunnel tunnel, PacketSegments segments)
    {
        // What is staged may be sent at once: behind what is sealed already.
        bool wake = _send.Flush(now);
        for (int i = 0; i < segments.Count; i++)
        {
            int length = segments.CopyTo(i, _segment);
            wake |= tunnel.Stage(now, _segment.AsSpan(0, length), output);
        }
        return wake;
    }
}
