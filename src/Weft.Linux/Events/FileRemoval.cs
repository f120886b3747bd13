using System.Runtime.InteropServices;
using System.Text;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// Tells when a file's name is taken away (inotify(7) on its folder, so that a new file of the same name does not hide
/// the loss). Its maker disposes it. One thread.
/// </summary>
public sealed unsafe class FileRemoval : IDisposable
{
    readonly string _path;
    readonly byte[] _name;

    /// <exception cref="KernelRefusedException">The folder cannot be watched.</exception>
    public FileRemoval(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        _path = path;
        _name = Encoding.UTF8.GetBytes(Path.GetFileName(path));
        Descriptor = new Descriptor(
            SystemCall.Check(
                SysInotify.inotify_init1(SysInotify.IN_CLOEXEC | SysInotify.IN_NONBLOCK),
                "inotify_init1",
                path
            )
        );
        uint mask = SysInotify.IN_DELETE | SysInotify.IN_MOVED_FROM | SysInotify.IN_DELETE_SELF;
        if (!SystemCall.Succeeded(SysInotify.inotify_add_watch(Descriptor, folder, mask), out Errno error))
        {
            Descriptor.Dispose();
            throw new KernelRefusedException("inotify_add_watch", folder, error);
        }
    }

    /// <summary>Readable when something happened in the folder.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>Takes the news; true once the file's name is gone or was given to another file.</summary>
    public bool Happened()
    {
        const int size = 4096;
        byte* buffer = stackalloc byte[size];
        while (true)
        {
            nint count;
            Errno error;
            do count = Unistd.read(Descriptor, buffer, size);
            while (SystemCall.Interrupted(count, out error));
            if (count <= 0)
                return !File.Exists(_path);
            if (Names(new ReadOnlySpan<byte>(buffer, (int)count)))
                return true;
        }
    }

    bool Names(ReadOnlySpan<byte> events)
    {
        while (events.Length >= sizeof(inotify_event))
        {
            inotify_event head = MemoryMarshal.Read<inotify_event>(events);
            ReadOnlySpan<byte> name = events.Slice(sizeof(inotify_event), (int)head.len).TrimEnd((byte)0);
            if (name.SequenceEqual(_name))
                return true;
            events = events[(sizeof(inotify_event) + (int)head.len)..];
        }
        return false;
    }

    public void Dispose() => Descriptor.Dispose();
}
