using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Sends datagrams by the sockets that are open now. Any thread, no lock.
/// </summary>
sealed class UdpTransport(ILogger logger) : IRunOutput
{
    readonly RunSender _sender = new(logger);
    volatile UdpSockets? _sockets;

    /// <summary>Null while the interface is down: everything is lost then.</summary>
    public UdpSockets? Sockets
    {
        get => _sockets;
        set => _sockets = value;
    }

    /// <summary>A run as the kernel wants it.</summary>
    public static UdpRun Run(int offset, int length, int segmentSize, in Endpoint to, OuterMarks marks) =>
        new(
            offset,
            length,
            segmentSize,
            new UdpAddress(to.IsIPv6, to.Address, to.Port, to.ScopeId),
            to.SourceAddress,
            marks.TrafficClass,
            marks.HopLimit
        );

    /// <summary>The endpoint that a message came from, with the address it came to as the source to answer from.</summary>
    public static Endpoint From(in ReceivedMessage message)
    {
        UdpAddress from = message.From;
        Endpoint endpoint = from.IsIPv6
            ? Endpoint.V6(from.Address, from.Port, from.ScopeId)
            : Endpoint.V4((uint)from.Address, from.Port);
        return endpoint.WithSource(message.LocalAddress, message.InterfaceIndex);
    }

    /// <summary>
    /// Sends runs in order, with one call for all of a family that stand together. A tunnel whose source address is no
    /// good any more forgets it.
    /// </summary>
    public void Send(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, ReadOnlySpan<Session> sessions)
    {
        while (runs.Length > 0)
        {
            bool isIPv6 = runs[0].To.IsIPv6;
            int same = 1;
            while (same < runs.Length && runs[same].To.IsIPv6 == isIPv6)
                same++;
            if (_sockets?.For(isIPv6) is { } socket)
                Send(socket, buffer, runs[..same], sessions[..same]);
            runs = runs[same..];
            sessions = sessions[same..];
        }
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass)
    {
        UdpRun run = Run(0, datagram.Length, datagram.Length, in to, new OuterMarks(trafficClass));
        if (_sockets?.For(to.IsIPv6) is { } socket)
            Send(socket, datagram, new ReadOnlySpan<UdpRun>(in run), default);
    }

    void Send(UdpSocket socket, ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, ReadOnlySpan<Session> sessions)
    {
        try
        {
            _sender.Send(socket, buffer, runs, sessions);
        }
        catch (ObjectDisposedException)
        {
            // The port changed between reading the field and sending: datagrams may be lost.
        }
    }
}
