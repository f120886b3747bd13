using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Knows what to do when the kernel refuses to send: datagrams may be lost, but neither a stale source address nor a way
/// out without segmentation may stop a tunnel. Any thread, no lock.
/// </summary>
sealed class RunSender(ILogger logger)
{
    int _hasSaid;

    /// <summary>Sends runs for one family in order. A tunnel whose source address is no good any more forgets it.</summary>
    /// <param name="sessions">Each run's; empty when they are no tunnel's.</param>
    public void Send(
        IDatagramSender socket,
        ReadOnlySpan<byte> buffer,
        ReadOnlySpan<UdpRun> runs,
        ReadOnlySpan<Session> sessions
    )
    {
        int at = 0;
        while (at < runs.Length)
        {
            if (!socket.Segments && IsSegmented(in runs[at]))
            {
                SendSingly(socket, buffer, in runs[at++]);
                continue;
            }
            int end = at + 1;
            while (end < runs.Length && (socket.Segments || !IsSegmented(in runs[end])))
                end++;
            at += socket.Send(buffer, runs[at..end], out UdpStatus status);
            if (at < end)
            {
                Retry(socket, buffer, runs[at], status, at < sessions.Length ? sessions[at].Tunnel : null);
                at++;
            }
        }
    }

    /// <summary>Makes the best of a run that was refused.</summary>
    void Retry(IDatagramSender socket, ReadOnlySpan<byte> buffer, UdpRun run, UdpStatus status, Tunnel? tunnel)
    {
        if (status is UdpStatus.Invalid or UdpStatus.Unreachable && run.Source != 0)
        {
            tunnel?.ForgetSource();
            run = run with { Source = 0 };
            if (socket.Send(buffer, new ReadOnlySpan<UdpRun>(in run), out status) == 1)
                return;
        }
        if (!IsSegmented(in run) || status is UdpStatus.Unreachable or UdpStatus.Lost)
            return;
        bool goesSingly = SendSingly(socket, buffer, in run);
        // EINVAL is how some kernels refuse what others call EIO; it is also what a target gets that cannot be sent to at
        // all, and on older kernels what is too long for the way, which is this run's own affair.
        if (!goesSingly || status == UdpStatus.TooLong)
            return;
        if (status == UdpStatus.SegmentationRefused || !socket.IsTooLongForTheWay(in run))
        {
            socket.Segments = false;
            if (Interlocked.Exchange(ref _hasSaid, 1) == 0)
                Log.SegmentationOff(logger);
        }
    }

    /// <summary>False when not one of the datagrams left.</summary>
    static bool SendSingly(IDatagramSender socket, ReadOnlySpan<byte> buffer, in UdpRun run)
    {
        bool sentAny = false;
        int at = 0;
        while (at < run.Length)
        {
            UdpRun rest = run with { Offset = run.Offset + at, Length = run.Length - at };
            int sent = socket.SendSingly(buffer, in rest, out UdpStatus status);
            sentAny |= sent > 0;
            at += sent;
            if (status == UdpStatus.Sent)
                continue;
            // What stands in the way of one of them mostly stands in the way of all: with none gone, try no further.
            if (!sentAny)
                return false;
            at += run.SegmentSize;
        }
        return sentAny;
    }

    static bool IsSegmented(in UdpRun run) => run.Length > run.SegmentSize;
}
