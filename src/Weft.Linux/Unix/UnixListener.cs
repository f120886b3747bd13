using System.Runtime.CompilerServices;
using System.Text;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// A listening Unix stream socket at a path that only its owner can open. Its maker disposes it, which removes the file
/// unless someone else did before. Any thread.
/// </summary>
public sealed unsafe class UnixListener : IDisposable
{
    const int Backlog = 64;

    /// <summary>0700.</summary>
    const uint OwnerOnly = 0x1C0;

    /// <summary>For whoever may listen already: on this machine, so at once or not at all.</summary>
    static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(1);

    bool _keepFile;

    UnixListener(string path, Descriptor descriptor)
    {
        Path = path;
        Descriptor = descriptor;
    }

    public string Path { get; }

    /// <summary>Readable when a client waits.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>
    /// Makes the folder (0755) if need be, replaces a socket file that nobody answers at, binds as by umask 077 and listens.
    /// </summary>
    /// <exception cref="KernelRefusedException">EADDRINUSE when somebody answers there; or the path cannot be bound.</exception>
    public static UnixListener Bind(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string folder = System.IO.Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(
            folder,
            UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead
                | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead
                | UnixFileMode.OtherExecute
        );
        if (Answers(path))
            throw new KernelRefusedException("bind", path, Errno.EADDRINUSE);
        File.Delete(path);

        return new UnixListener(path, Listen(path));
    }

    /// <summary>The next client, without waiting; null when none is there or it has left again.</summary>
    /// <exception cref="KernelRefusedException">No descriptor or no memory is left; the client goes on waiting.</exception>
    public UnixClient? TryAccept()
    {
        int fd;
        Errno error;
        do fd = SysSocket.accept4(Descriptor, null, null, SysSocket.SOCK_NONBLOCK | SysSocket.SOCK_CLOEXEC);
        while (SystemCall.Interrupted(fd, out error));
        return error switch
        {
            Errno.None => new UnixClient(new Descriptor(fd)),
            Errno.EAGAIN or Errno.ECONNABORTED => null,
            _ => throw new KernelRefusedException("accept", Path, error),
        };
    }

    /// <summary>The file at <see cref="Path"/> is somebody else's now, or nobody's: leave it alone from here on.</summary>
    public void KeepFile() => _keepFile = true;

    public void Dispose()
    {
        if (!_keepFile)
            File.Delete(Path);
        _keepFile = true;
        Descriptor.Dispose();
    }

    static bool Answers(string path)
    {
        try
        {
            using UnixConnection probe = UnixConnection.Open(path, ProbePatience);
            return true;
        }
        // EAGAIN: it listens, and has so many to answer that it takes no more.
        catch (KernelRefusedException e)
        {
            return e.Error == Errno.EAGAIN;
        }
    }

    // Bound by hand: the class library would delete the file when its socket is closed, also when it is no longer ours.
    [SkipLocalsInit]
    static Descriptor Listen(string path)
    {
        sockaddr_un address = new() { sun_family = SysSocket.AF_UNIX };
        int length = Encoding.UTF8.GetByteCount(path);
        if (length >= sockaddr_un.PathSize)
            throw new ArgumentException($"Socket path '{path}' is longer than {sockaddr_un.PathSize - 1} bytes.");
        Encoding.UTF8.GetBytes(path, (Span<byte>)address.sun_path);

        const int type = SysSocket.SOCK_STREAM | SysSocket.SOCK_NONBLOCK | SysSocket.SOCK_CLOEXEC;
        Descriptor descriptor = new(SystemCall.Check(SysSocket.socket(SysSocket.AF_UNIX, type, 0), "socket", path));
        uint size = (uint)(sizeof(ushort) + length + 1);
        if (
            // Linux gives the file the mode of the socket: nothing need be set for the whole process, as the umask would be.
            !SystemCall.Succeeded(SysStat.fchmod(descriptor, OwnerOnly), out Errno error)
            || !SystemCall.Succeeded(SysSocket.bind(descriptor, &address, size), out error)
            || !SystemCall.Succeeded(SysSocket.listen(descriptor, Backlog), out error)
        )
        {
            descriptor.Dispose();
            throw new KernelRefusedException("bind", path, error);
        }
        return descriptor;
    }
}
