using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Sends datagrams by the sockets that are open now, and knows what to do when the kernel refuses: datagrams may be lost,
/// but neither a stale source address nor a way out without segmentation may stop a tunnel. Any thread, no lock.
/// </summary>
sealed class UdpTransport(ILogger logger) : IRunOutput
{
    volatile UdpSockets? _sockets;

    /// <summary>Null while the interface is down: everything is lost then.</summary>
    public UdpSockets? Sockets
    {
        get => _sockets;
        set => _sockets = value;
    }

    /// <summary>A run as the kernel wants it.</summary>
    public static UdpRun Run(int offset, int length, int segmentSize, in Endpoint to, byte trafficClass) =>
        new(
            offset,
            length,
            segmentSize,
            new UdpAddress(to.IsIPv6, to.Address, to.Port, to.ScopeId),
            to.SourceAddress,
            trafficClass
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
                SendFamily(socket, buffer, runs[..same], sessions[..same]);
            runs = runs[same..];
            sessions = sessions[same..];
        }
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass)
    {
        UdpRun run = Run(0, datagram.Length, datagram.Length, in to, trafficClass);
        if (_sockets?.For(to.IsIPv6) is { } socket)
            SendFamily(socket, datagram, new ReadOnlySpan<UdpRun>(in run), default);
    }

    void SendFamily(
        UdpSocket socket,
        ReadOnlySpan<byte> buffer,
        ReadOnlySpan<UdpRun> runs,
        ReadOnlySpan<Session> sessions
    )
    {
        try
        {
            int at = 0;
            while (at < runs.Length)
            {
                if (!socket.Segments && runs[at].Length > runs[at].SegmentSize)
                {
                    SendSingly(socket, buffer, in runs[at++]);
                    continue;
                }
                int end = at + 1;
                while (end < runs.Length && (socket.Segments || runs[end].Length <= runs[end].SegmentSize))
                    end++;
                at += socket.Send(buffer, runs[at..end], out UdpStatus status);
                if (at < end)
                {
                    Retry(socket, buffer, runs[at], status, at < sessions.Length ? sessions[at].Tunnel : null);
                    at++;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The port changed between reading the field and sending: datagrams may be lost.
        }
    }

    /// <summary>Makes the best of a run that was refused.</summary>
    void Retry(UdpSocket socket, ReadOnlySpan<byte> buffer, UdpRun run, UdpStatus status, Tunnel? tunnel)
    {
        if (status is UdpStatus.Invalid or UdpStatus.Unreachable && run.Source != 0)
        {
            tunnel?.ForgetSource();
            run = run with { Source = 0 };
            if (socket.Send(buffer, new ReadOnlySpan<UdpRun>(in run), out status) == 1)
                return;
        }
        if (run.Length <= run.SegmentSize || status is UdpStatus.Unreachable or UdpStatus.Lost)
            return;
        // EINVAL is how some kernels refuse what others call EIO. Too long for the way is this run's own affair.
        if (status is UdpStatus.Invalid or UdpStatus.SegmentationRefused)
        {
            socket.Segments = false;
            Log.SegmentationOff(logger);
        }
        SendSingly(socket, buffer, in run);
    }

    static void SendSingly(UdpSocket socket, ReadOnlySpan<byte> buffer, in UdpRun run)
    {
        int sent = 0;
        while (sent < run.Length)
        {
            UdpRun rest = run with { Offset = run.Offset + sent, Length = run.Length - sent };
            sent += socket.SendSingly(buffer, in rest, out UdpStatus status);
            if (status != UdpStatus.Sent)
                sent += run.SegmentSize;
        }
    }
}
