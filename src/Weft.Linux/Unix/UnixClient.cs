using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>How a transfer at an <see cref="IStreamEnd"/> ended.</summary>
public enum StreamStatus
{
    Done,

    /// <summary>Nothing can be moved without waiting.</summary>
    WouldBlock,

    /// <summary>The other end is gone, or has sent all that it had to send.</summary>
    Closed,
}

/// <summary>One end of a stream of bytes on which nothing waits: a connection of the kernel's, or a scripted one in tests.</summary>
public interface IStreamEnd
{
    /// <summary>Takes what is there; Closed also when nothing more will come.</summary>
    StreamStatus Receive(Span<byte> buffer, out int count);

    /// <summary>Hands over as much as there is room for.</summary>
    StreamStatus Send(ReadOnlySpan<byte> bytes, out int count);
}

/// <summary>
/// A client of a <see cref="UnixListener"/>, as the server has it. Nothing waits: a <see cref="Poller"/> says when there is something to do. Its
/// maker disposes it; one thread.
/// </summary>
public sealed unsafe class UnixClient : IStreamEnd, IDisposable
{
    internal UnixClient(Descriptor descriptor) => Descriptor = descriptor;

    /// <summary>Readable when something came or the other end is gone.</summary>
    public Descriptor Descriptor { get; }

    public StreamStatus Receive(Span<byte> buffer, out int count)
    {
        nint received;
        Errno error;
        fixed (byte* start = buffer)
        {
            do received = SysSocket.recv(Descriptor, start, (nuint)buffer.Length, 0);
            while (SystemCall.Interrupted(received, out error));
        }
        count = (int)Math.Max(received, 0);
        return received == 0 ? StreamStatus.Closed : Status(error);
    }

    public StreamStatus Send(ReadOnlySpan<byte> bytes, out int count)
    {
        nint sent;
        Errno error;
        fixed (byte* start = bytes)
        {
            do sent = SysSocket.send(Descriptor, start, (nuint)bytes.Length, SysSocket.MSG_NOSIGNAL);
            while (SystemCall.Interrupted(sent, out error));
        }
        count = (int)Math.Max(sent, 0);
        return Status(error);
    }

    public void Dispose() => Descriptor.Dispose();

    static StreamStatus Status(Errno error) =>
        error switch
        {
            Errno.None => StreamStatus.Done,
            Errno.EAGAIN => StreamStatus.WouldBlock,
            _ => StreamStatus.Closed,
        };
}
