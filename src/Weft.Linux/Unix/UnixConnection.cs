using System.Text;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// One end of a connected Unix stream socket, for a client that asks and waits. Its maker disposes it; one thread at a
/// time. The class library's sockets bring an engine along that takes longer to start than most answers take.
/// </summary>
public sealed unsafe class UnixConnection : IDisposable
{
    readonly Descriptor _descriptor;
    readonly string _path;

    UnixConnection(Descriptor descriptor, string path)
    {
        _descriptor = descriptor;
        _path = path;
    }

    /// <summary>Connects; neither that nor any later call waits longer than <paramref name="patience"/>.</summary>
    /// <exception cref="KernelRefusedException">ENOENT or ECONNREFUSED when nobody listens; EAGAIN when the time is over.</exception>
    public static UnixConnection Open(string path, TimeSpan patience)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (length is 0 or >= sockaddr_un.PathSize)
            throw new ArgumentException($"Socket path '{path}' is not 1 to {sockaddr_un.PathSize - 1} bytes.");
        sockaddr_un address = new() { sun_family = SysSocket.AF_UNIX };
        Encoding.UTF8.GetBytes(path, (Span<byte>)address.sun_path);

        const int type = SysSocket.SOCK_STREAM | SysSocket.SOCK_CLOEXEC;
        Descriptor descriptor = new(SystemCall.Check(SysSocket.socket(SysSocket.AF_UNIX, type, 0), "socket", path));
        try
        {
            LimitWait(descriptor, SysSocket.SO_RCVTIMEO, patience, path);
            LimitWait(descriptor, SysSocket.SO_SNDTIMEO, patience, path);
            uint size = (uint)(sizeof(ushort) + length + 1);
            Errno error;
            // A Unix socket that was interrupted while it waited for room has not connected: ask again.
            while (SystemCall.Interrupted(SysSocket.connect(descriptor, &address, size), out error)) { }
            if (error != Errno.None)
                throw new KernelRefusedException("connect", path, error);
            return new UnixConnection(descriptor, path);
        }
        catch (KernelRefusedException)
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Sends all of the bytes.</summary>
    /// <exception cref="KernelRefusedException">EPIPE when the other end is gone; EAGAIN when the time is over.</exception>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint sent;
            Errno error;
            fixed (byte* start = bytes)
            {
                do sent = SysSocket.send(_descriptor, start, (nuint)bytes.Length, SysSocket.MSG_NOSIGNAL);
                while (SystemCall.Interrupted(sent, out error));
            }
            if (error != Errno.None)
                throw new KernelRefusedException("send", _path, error);
            bytes = bytes[(int)sent..];
        }
    }

    /// <summary>Waits for bytes and returns how many came; 0 when the other end has closed.</summary>
    /// <exception cref="KernelRefusedException">ECONNRESET; EAGAIN when the time is over.</exception>
    public int Receive(Span<byte> buffer)
    {
        nint received;
        Errno error;
        fixed (byte* start = buffer)
        {
            do received = SysSocket.recv(_descriptor, start, (nuint)buffer.Length, 0);
            while (SystemCall.Interrupted(received, out error));
        }
        return error == Errno.None ? (int)received : throw new KernelRefusedException("recv", _path, error);
    }

    public void Dispose() => _descriptor.Dispose();

    static void LimitWait(Descriptor descriptor, int option, TimeSpan patience, string path)
    {
        // struct timeval: two words, seconds and microseconds.
        nint* limit = stackalloc nint[2];
        limit[0] = (nint)patience.TotalSeconds;
        limit[1] = (nint)(patience.TotalMicroseconds % 1_000_000);
        int result = SysSocket.setsockopt(descriptor, SysSocket.SOL_SOCKET, option, limit, (uint)(2 * sizeof(nint)));
        SystemCall.Check(result, "setsockopt", path);
    }
}
