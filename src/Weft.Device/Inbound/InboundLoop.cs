using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// The way in: receives datagrams in batches, opens data in place, checks that its sender may say what it says, and
/// writes the packets to the TUN, joined where they may be. Handshakes go to the control thread. One per socket, on a
/// thread of its own; allocates nothing per packet.
/// </summary>
sealed class InboundLoop
{
    /// <summary>Messages of one batch; each may hold dozens of datagrams.</summary>
    const int Slots = 16;

    /// <summary>After a failure to receive, so that one that stays does not take a core.</summary>
    const int RetryMilliseconds = 100;

    readonly Node _node;
    readonly UdpSocket _socket;
    readonly TunSink _sink;
    readonly HandshakeRing _handshakes;
    readonly ControlWake _wake;
    readonly ILogger _logger;
    readonly SegmentMerger _merger;
    readonly Thread _thread;
    volatile bool _stopping;

    /// <summary>Bytes of accepted datagrams that are not counted yet, and whose.</summary>
    Tunnel? _countedTunnel;
    long _countedBytes;

    public InboundLoop(
        Node node,
        UdpSocket socket,
        TunSink sink,
        HandshakeRing handshakes,
        ControlWake wake,
        ILogger logger
    )
    {
        _node = node;
        _socket = socket;
        _sink = sink;
        _handshakes = handshakes;
        _wake = wake;
        _logger = logger;
        _merger = new SegmentMerger(sink, sink.Offloads);
        _thread = new Thread(Run) { Name = socket.IsIPv6 ? "udp6-to-tun" : "udp4-to-tun", IsBackground = true };
    }

    public void Start() => _thread.Start();

    /// <summary>Asks the thread to end; its socket is then shut down and disposed by whoever owns it.</summary>
    public void Stop() => _stopping = true;

    /// <summary>Waits for the thread.</summary>
    public void Join()
    {
        if (_thread.IsAlive)
            _thread.Join();
    }

    void Run()
    {
        try
        {
            using ReceiveBatch batch = new(Slots);
            while (!_stopping)
            {
                int count = batch.Receive(_socket);
                if (_stopping)
                    return;
                if (count == 0)
                    Pause();
                else
                    Process(batch, count);
            }
        }
        catch (ObjectDisposedException) when (_stopping)
        {
            // The socket was closed while the thread was on its way to it.
        }
        catch (Exception e)
        {
            Log.ThreadFailed(_logger, _thread.Name!, e);
            _wake.Fail();
        }
    }

    void Pause()
    {
        Log.ReceiveFailed(_logger, _socket.IsIPv6 ? "IPv6" : "IPv4");
        Thread.Sleep(RetryMilliseconds);
    }

    void Process(ReceiveBatch batch, int count)
    {
        Instant now = DeviceClock.Now;
        _merger.Offloads = _sink.Offloads;
        bool wake = false;
        for (int i = 0; i < count; i++)
            wake |= Take(now, batch.Buffer, batch[i]);
        _merger.Flush(batch.Buffer);
        Count(null, 0);
        if (wake)
            _wake.Signal();
    }

    bool Take(Instant now, Span<byte> buffer, in ReceivedMessage message)
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
                DatagramKind.None => false,
                DatagramKind.Data => TakeData(now, buffer, slice, in from, message.TrafficClass),
                _ => _node.IsForUs(datagram) && _handshakes.TryWrite(datagram, in from),
            };
        }
        return wake;
    }

    /// <summary>Opens one datagram and passes its packet on. Returns wake.</summary>
    bool TakeData(Instant now, Span<byte> buffer, BufferSlice slice, in Endpoint from, byte trafficClass)
    {
        Span<byte> datagram = buffer.Slice(slice.Offset, slice.Length);
        if (
            _node.FindSession(datagram) is not { } session
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
            || !ReferenceEquals(_node.AllowedIps.FindSource(inner), tunnel)
            || !Ecn.Decapsulate(trafficClass, packet)
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
