using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// The sockets that the packet thread receives from: there while the interface is up, made anew when the port changes.
/// Sessions do not notice. Every member wants <see cref="Node.Gate"/> held.
/// </summary>
sealed class Listening(
    Node node,
    UdpTransport transport,
    TunSink sink,
    HandshakeQueue handshakes,
    PacketLoop loop,
    ControlWake wake,
    bool offloads,
    ILogger logger
)
{
    bool _isUp;
    bool _hasFailed;
    SocketSource[] _sources = [];

    /// <summary>Up without sockets: the port is taken, or there was no descriptor.</summary>
    public bool IsDeaf => _isUp && transport.Sockets is null;

    /// <summary>As configured, or as the system chose it while up. Kept while down.</summary>
    public ushort Port { get; private set; }

    /// <summary>0 when off.</summary>
    public uint Mark { get; private set; }

    /// <summary>The interface is up: binds. Where that is refused the device is deaf; call again after a while.</summary>
    public void Open()
    {
        _isUp = true;
        try
        {
            Replace(UdpSockets.Bind(Port, Mark, offloads));
            _hasFailed = false;
        }
        catch (KernelRefusedException e)
        {
            if (!_hasFailed)
                Log.NotBound(logger, e.Message);
            _hasFailed = true;
        }
    }

    /// <summary>The interface is down: closes.</summary>
    public void Close()
    {
        _isUp = false;
        _hasFailed = false;
        Replace(null);
    }

    /// <summary>Moves to another port; on a refusal everything stays as it was.</summary>
    /// <exception cref="KernelRefusedException">The port is taken.</exception>
    public void SetPort(ushort port)
    {
        if (port == Port && (!_isUp || transport.Sockets is not null))
            return;
        if (_isUp)
            Replace(UdpSockets.Bind(port, Mark, offloads));
        else
            Port = port;
        node.ForgetSources();
    }

    /// <exception cref="KernelRefusedException">Not permitted.</exception>
    public void SetMark(uint mark)
    {
        transport.Sockets?.SetMark(mark);
        Mark = mark;
        node.ForgetSources();
    }

    void Replace(UdpSockets? sockets)
    {
        UdpSockets? before = transport.Sockets;
        SocketSource[] sourcesBefore = _sources;
        transport.Sockets = sockets;
        _sources = sockets is null ? [] : [.. Sources(sockets)];
        loop.ReceiveFrom(_sources);
        foreach (SocketSource source in sourcesBefore)
            source.Dispose();
        before?.Dispose();
        if (sockets is not null)
        {
            Port = sockets.Port;
            Log.Up(
                logger,
                Port,
                (sockets.V4, sockets.V6) switch
                {
                    (null, _) => ", IPv6 only",
                    (_, null) => ", IPv4 only",
                    _ => "",
                }
            );
        }
    }

    IEnumerable<SocketSource> Sources(UdpSockets sockets)
    {
        if (sockets.V4 is not null)
            yield return Source(sockets.V4);
        if (sockets.V6 is not null)
            yield return Source(sockets.V6);
    }

    SocketSource Source(UdpSocket socket) =>
        new(socket, new InboundPath(node, handshakes, sink, sink.Offloads), sink, wake, logger);
}
