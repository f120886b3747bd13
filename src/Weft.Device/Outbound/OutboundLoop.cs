using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// The way out: reads packets and super-packets from the TUN, seals each segment straight into the buffer that is sent, and
/// sends what belongs together with one call. Runs on a thread of its own, in batches, and allocates nothing per packet.
/// </summary>
sealed class OutboundLoop : IDisposable
{
    /// <summary>The largest packet that a TUN hands over, and its virtio header.</summary>
    const int ReadBufferSize = VirtioNetHeader.Size + ushort.MaxValue + TransportOffsets.V6HeaderLength;

    /// <summary>Reads of one batch: beyond that, what was read first waits too long.</summary>
    const int MaxReads = 64;

    readonly Node _node;
    readonly TunDevice _tun;
    readonly UdpTransport _transport;
    readonly ControlWake _wake;
    readonly ILogger _logger;
    readonly SendBuffer _send;
    readonly EventCounter _stop = new();
    readonly byte[] _packet = GC.AllocateUninitializedArray<byte>(ReadBufferSize, pinned: true);
    readonly byte[] _segment = GC.AllocateUninitializedArray<byte>(ReadBufferSize);
    readonly Thread _thread;

    public OutboundLoop(Node node, TunDevice tun, UdpTransport transport, ControlWake wake, ILogger logger)
    {
        _node = node;
        _tun = tun;
        _transport = transport;
        _wake = wake;
        _logger = logger;
        _send = new SendBuffer(transport);
        _thread = new Thread(Run) { Name = "tun-to-udp", IsBackground = true };
    }

    public void Start() => _thread.Start();

    /// <summary>Stops the thread and waits for it.</summary>
    public void Dispose()
    {
        _stop.Signal();
        if (_thread.IsAlive)
            _thread.Join();
        _stop.Dispose();
    }

    void Run()
    {
        try
        {
            using Poller poller = new(_tun.Descriptor, _stop.Descriptor);
            while (poller.Wait(milliseconds: -1) && !poller.IsReady(1))
            {
                if (!ReadBatch())
                {
                    _wake.End("the interface was deleted");
                    return;
                }
            }
        }
        catch (Exception e)
        {
            Log.ThreadFailed(_logger, "tun-to-udp", e);
            _wake.Fail();
        }
    }

    /// <summary>Reads until nothing is left or the batch is full, then sends. False when the TUN is no more.</summary>
    bool ReadBatch()
    {
        Instant now = DeviceClock.Now;
        bool wake = false;
        for (int reads = 0; reads < MaxReads; reads++)
        {
            switch (_tun.Read(_packet, out int length))
            {
                case TunStatus.Done:
                    wake |= Take(now, length);
                    break;
                case TunStatus.Gone:
                    return false;
                default:
                    reads = MaxReads;
                    break;
            }
        }
        wake |= _send.Flush(now);
        if (wake)
            _wake.Signal();
        return true;
    }

    /// <summary>Routes one packet as it came from the TUN, and seals or stages its segments. Returns wake.</summary>
    bool Take(Instant now, int length)
    {
        if (length <= VirtioNetHeader.Size)
            return false;
        VirtioNetHeader header = VirtioNetHeader.Read(_packet);
        ReadOnlySpan<byte> packet = _packet.AsSpan(VirtioNetHeader.Size, length - VirtioNetHeader.Size);
        if (!InnerPacket.TryRead(packet, out InnerPacket inner))
            return false;
        // A packet without peer or without a place to go is lost here, as by the kernel.
        if (
            _node.AllowedIps.FindDestination(inner) is not { } tunnel
            || !PacketSegments.TryCreate(in header, packet, out PacketSegments segments)
            || !tunnel.TryGetEndpoint(out Endpoint to)
        )
            return false;
        if (!tunnel.TryReserve(now, segments.Count, out Session? session, out ulong counter))
            return Stage(now, tunnel, segments);
        return Seal(now, session, counter, in to, Ecn.Encapsulate(inner.TrafficClass), segments);
    }

    bool Seal(Instant now, Session session, ulong counter, in Endpoint to, byte trafficClass, PacketSegments segments)
    {
        int mtu = _node.Mtu;
        bool wake = false;
        if (!_send.HasRoom(segments.Count, Session.DatagramLength(segments.LongestLength, mtu)))
            wake = _send.Flush(now);
        for (int i = 0; i < segments.Count; i++)
        {
            int longest = Session.DatagramLength(segments.Length(i), mtu);
            if (!_send.HasRoom(1, longest))
                wake |= _send.Flush(now);
            Span<byte> datagram = _send.Next(longest);
            Span<byte> packet = datagram[DataMessage.HeaderLength..];
            int length = segments.CopyTo(i, packet);
            int sealedLength = session.Seal(counter + (ulong)i, packet[..length], datagram, mtu);
            if (sealedLength > 0)
                _send.Add(session, in to, trafficClass, sealedLength);
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
            wake |= tunnel.Stage(now, _segment.AsSpan(0, length), _transport);
        }
        return wake;
    }
}
