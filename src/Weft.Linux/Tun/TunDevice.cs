using System.Runtime.CompilerServices;
using System.Text;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// A TUN interface without packet information, with virtio headers (Documentation/networking/tuntap.rst). Its maker
/// disposes it, and the interface goes with it. Reads and writes may run on several threads at once.
/// </summary>
/// <remarks>
/// Everything is asked of the descriptor, never of the interface by name or index: the interface may be moved to another
/// network namespace while the process stays in its own.
/// </remarks>
public sealed unsafe class TunDevice : IDisposable
{
    const string Path = "/dev/net/tun";

    /// <summary>Headers and payload of one write, at most: as many pieces as UIO_MAXIOV lets through with room to spare.</summary>
    public const int MaxSlices = 512;

    /// <summary>Bytes of an interface's name, at most.</summary>
    public const int MaxNameLength = NetIf.IFNAMSIZ - 1;

    readonly Descriptor _descriptor;

    TunDevice(Descriptor descriptor, TunOffloads offloads)
    {
        _descriptor = descriptor;
        Offloads = offloads;
    }

    /// <summary>What the kernel hands over and takes unfinished.</summary>
    public TunOffloads Offloads { get; }

    /// <summary>Readable when a packet waits.</summary>
    public Descriptor Descriptor => _descriptor;

    /// <summary>Makes the interface, or attaches to a persistent one of that name.</summary>
    /// <param name="name">At most 15 bytes; <c>%d</c> lets the kernel number it.</param>
    /// <param name="offloads">False asks for plain packets.</param>
    /// <exception cref="KernelRefusedException">No /dev/net/tun, no right to it, or the name is taken.</exception>
    public static TunDevice Create(string name, bool offloads = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (Encoding.UTF8.GetByteCount(name) > MaxNameLength)
            throw new ArgumentException($"Interface name '{name}' is too long.", nameof(name));
        Descriptor descriptor = new(
            SystemCall.Check(Fcntl.open(Path, Fcntl.O_RDWR | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC), "open", Path)
        );
        ifreq request = default;
        Encoding.UTF8.GetBytes(name, (Span<byte>)request.ifr_name);
        request.ifr_ifru.ifru_flags = LinuxIfTun.IFF_TUN | LinuxIfTun.IFF_NO_PI | LinuxIfTun.IFF_VNET_HDR;
        if (!SystemCall.Succeeded(SysIoctl.ioctl(descriptor, LinuxIfTun.TUNSETIFF, &request), out Errno error))
        {
            descriptor.Dispose();
            throw new KernelRefusedException("TUNSETIFF", name, error);
        }
        return new TunDevice(descriptor, offloads ? Offload(descriptor) : TunOffloads.None);
    }

    /// <summary>Asks for as much as the kernel knows: UDP segmentation came with Linux 6.2.</summary>
    static TunOffloads Offload(Descriptor descriptor)
    {
        const nuint tcp =
            LinuxIfTun.TUN_F_CSUM | LinuxIfTun.TUN_F_TSO4 | LinuxIfTun.TUN_F_TSO6 | LinuxIfTun.TUN_F_TSO_ECN;
        const nuint udp = LinuxIfTun.TUN_F_USO4 | LinuxIfTun.TUN_F_USO6;
        if (SysIoctl.ioctl(descriptor, LinuxIfTun.TUNSETOFFLOAD, tcp | udp) >= 0)
            return TunOffloads.Tcp | TunOffloads.Udp;
        return SysIoctl.ioctl(descriptor, LinuxIfTun.TUNSETOFFLOAD, tcp) >= 0 ? TunOffloads.Tcp : TunOffloads.None;
    }

    /// <summary>The interface's name now (it may be renamed); null when the interface was deleted.</summary>
    public string? Name
    {
        get
        {
            ifreq request = default;
            if (SysIoctl.ioctl(_descriptor, LinuxIfTun.TUNGETIFF, &request) < 0)
                return null;
            ReadOnlySpan<byte> name = request.ifr_name;
            int end = name.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
        }
    }

    /// <summary>
    /// Up, down or gone, wherever the interface is now: the driver reports a TUN writable only while it is up, and in
    /// error once it is unregistered.
    /// </summary>
    public TunState State
    {
        get
        {
            pollfd poll = new() { fd = _descriptor.Number, events = Poll.POLLOUT };
            Errno error;
            int ready;
            do ready = Poll.poll(&poll, 1, 0);
            while (SystemCall.JustInterrupted(ready, out error));
            if (error != Errno.None || (poll.revents & (Poll.POLLERR | Poll.POLLNVAL)) != 0)
                return TunState.Gone;
            return (poll.revents & Poll.POLLOUT) != 0 ? TunState.Up : TunState.Down;
        }
    }

    /// <summary>
    /// The network namespace that the interface is in now, to be entered by a thread; null where the kernel cannot say
    /// (before Linux 5.2).
    /// </summary>
    internal Descriptor? OpenNamespace()
    {
        int fd = SysIoctl.ioctl(_descriptor, LinuxIfTun.TUNGETDEVNETNS, (nuint)0);
        return fd < 0 ? null : new Descriptor(fd);
    }

    /// <summary>Reads one packet with its virtio header in front. Does not wait.</summary>
    public TunStatus Read(Span<byte> buffer, out int length)
    {
        using Descriptor.Lease open = _descriptor.Hold();
        nint count;
        Errno error;
        fixed (byte* start = buffer)
        {
            do count = Unistd.read(_descriptor.Number, start, (nuint)buffer.Length);
            while (SystemCall.JustInterrupted(count, out error));
        }
        length = (int)Math.Max(count, 0);
        return Status(error);
    }

    /// <summary>Writes one packet, header and pieces, as a whole or not at all. Does not wait.</summary>
    /// <param name="header">What the kernel is to do with the packet.</param>
    /// <param name="buffer">Holds all pieces.</param>
    /// <param name="slices">The packet's pieces in order; at most <see cref="MaxSlices"/>.</param>
    [SkipLocalsInit]
    public TunStatus Write(in VirtioNetHeader header, ReadOnlySpan<byte> buffer, ReadOnlySpan<BufferSlice> slices)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slices.Length, MaxSlices);
        foreach (BufferSlice slice in slices)
            _ = buffer.Slice(slice.Offset, slice.Length);
        using Descriptor.Lease open = _descriptor.Hold();
        VirtioNetHeader first = header;
        iovec* vectors = stackalloc iovec[slices.Length + 1];
        vectors[0] = new iovec { iov_base = (byte*)&first, iov_len = VirtioNetHeader.Size };
        fixed (byte* start = buffer)
        {
            for (int i = 0; i < slices.Length; i++)
            {
                vectors[i + 1].iov_base = start + slices[i].Offset;
                vectors[i + 1].iov_len = (nuint)slices[i].Length;
            }
            nint count;
            Errno error;
            do count = SysUio.writev(_descriptor.Number, vectors, slices.Length + 1);
            while (SystemCall.JustInterrupted(count, out error));
            return Status(error);
        }
    }

    public void Dispose() => _descriptor.Dispose();

    static TunStatus Status(Errno error) =>
        error switch
        {
            Errno.None => TunStatus.Done,
            Errno.EAGAIN => TunStatus.WouldBlock,
            Errno.EIO => TunStatus.Down,
            Errno.EBADFD or Errno.EBADF or Errno.ENODEV => TunStatus.Gone,
            Errno.EINVAL => TunStatus.Refused,
            _ => TunStatus.Lost,
        };
}

/// <summary>A piece of a buffer.</summary>
public readonly record struct BufferSlice(int Offset, int Length);

/// <summary>Segmentation that a TUN does beside checksums.</summary>
[Flags]
public enum TunOffloads
{
    None = 0,
    Tcp = 1,
    Udp = 2,
}

/// <summary>How a TUN interface stands.</summary>
public enum TunState
{
    Up,
    Down,

    /// <summary>Deleted; the descriptor is good for nothing any more.</summary>
    Gone,
}

/// <summary>How a read or write of a TUN ended.</summary>
public enum TunStatus
{
    Done,
    WouldBlock,

    /// <summary>The interface is down; the packet is lost.</summary>
    Down,

    /// <summary>The interface was deleted.</summary>
    Gone,

    /// <summary>The kernel does not take such a packet.</summary>
    Refused,

    /// <summary>No memory: the packet is lost, the next one may pass.</summary>
    Lost,
}
