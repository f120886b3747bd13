using System.Runtime.CompilerServices;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// A UDP socket of one family, bound to a port on every address, that sends and receives in batches (udp(7), ip(7), ipv6(7)).
/// Sending does not wait: what the kernel has no room for is lost, so that a slow wire never holds up what comes in. One thread
/// receives, any threads send. Its maker disposes it.
/// </summary>
public sealed unsafe class UdpSocket : IDatagramSender, IDisposable
{
    /// <summary>Bytes of either buffer asked for: what a fast sender fills while the receiver is not scheduled.</summary>
    const int BufferBytes = 7 << 20;

    /// <summary>Messages to one system call.</summary>
    const int BatchSize = 16;

    readonly Descriptor _descriptor;
    uint _mark;

    UdpSocket(Descriptor descriptor, bool isIPv6, uint mark)
    {
        _descriptor = descriptor;
        _mark = mark;
        IsIPv6 = isIPv6;
    }

    public bool IsIPv6 { get; }

    /// <summary>The port in use, also when the system chose it.</summary>
    public ushort Port { get; private init; }

    /// <inheritdoc/>
    // UDP_SEGMENT came with Linux 4.18.
    public bool Segments { get; set; }

    /// <summary>Readable when a datagram waits.</summary>
    public Descriptor Descriptor => _descriptor;

    /// <param name="port">0 lets the system choose.</param>
    /// <param name="mark">SO_MARK of what is sent; 0 is none.</param>
    /// <param name="offloads">False leaves UDP_SEGMENT and UDP_GRO alone.</param>
    /// <exception cref="KernelRefusedException">The family is absent (EAFNOSUPPORT) or the port taken (EADDRINUSE).</exception>
    public static UdpSocket Bind(bool isIPv6, ushort port, uint mark, bool offloads = true)
    {
        string target = $"UDP port {port} ({(isIPv6 ? "IPv6" : "IPv4")})";
        int domain = isIPv6 ? SysSocket.AF_INET6 : SysSocket.AF_INET;
        int type = SysSocket.SOCK_DGRAM | SysSocket.SOCK_CLOEXEC;
        Descriptor descriptor = new(SystemCall.Check(SysSocket.socket(domain, type, 0), "socket", target));
        UdpSocket? socket = null;
        try
        {
            Configure(descriptor, isIPv6, target);
            if (mark != 0)
                SetMark(descriptor, mark);
            ushort bound = BindPort(descriptor, isIPv6, port, target);
            socket = new UdpSocket(descriptor, isIPv6, mark)
            {
                Port = bound,
                Segments = offloads && TrySet(descriptor, LinuxUdp.SOL_UDP, LinuxUdp.UDP_SEGMENT, 0),
            };
            if (offloads)
                TrySet(descriptor, LinuxUdp.SOL_UDP, LinuxUdp.UDP_GRO, 1);
            return socket;
        }
        finally
        {
            if (socket is null)
                descriptor.Dispose();
        }
    }

    /// <summary>Sets SO_MARK; 0 is none.</summary>
    /// <exception cref="KernelRefusedException">Not permitted.</exception>
    public void SetMark(uint mark)
    {
        SetMark(_descriptor, mark);
        _mark = mark;
    }

    /// <summary>Has a filter decide what enters the buffer from now on; null lets everything in. The socket keeps it alive.</summary>
    /// <exception cref="KernelRefusedException">Not permitted.</exception>
    public void SetFilter(SocketFilter? filter)
    {
        if (filter is not null)
            Set(_descriptor, SysSocket.SOL_SOCKET, SysSocket.SO_ATTACH_BPF, filter.Descriptor.Number, "SO_ATTACH_BPF");
        else
            // ENOENT: there was none.
            TrySet(_descriptor, SysSocket.SOL_SOCKET, SysSocket.SO_DETACH_FILTER, 0);
    }

    /// <inheritdoc/>
    public int Send(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, out UdpStatus status)
    {
        int sent = 0;
        status = UdpStatus.Sent;
        while (sent < runs.Length && status == UdpStatus.Sent)
            sent += SendSome(buffer, runs[sent..Math.Min(runs.Length, sent + BatchSize)], out status);
        return sent;
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public int SendSingly(ReadOnlySpan<byte> buffer, in UdpRun run, out UdpStatus status)
    {
        UdpRun* singles = stackalloc UdpRun[UdpRun.MaxSegments];
        int sent = 0;
        status = UdpStatus.Sent;
        while (sent < run.Length && status == UdpStatus.Sent)
        {
            int count = 0;
            for (int at = sent; at < run.Length && count < UdpRun.MaxSegments; at += run.SegmentSize, count++)
            {
                int length = Math.Min(run.SegmentSize, run.Length - at);
                singles[count] = run with { Offset = run.Offset + at, Length = length };
            }
            int done = Send(buffer, new ReadOnlySpan<UdpRun>(singles, count), out status);
            sent = Math.Min(run.Length, sent + done * run.SegmentSize);
        }
        return sent;
    }

    /// <inheritdoc/>
    // Only a connected socket knows the way's MTU: one is made for the question.
    public bool IsTooLongForTheWay(in UdpRun run)
    {
        const int headers4 = 20 + 8;
        const int headers6 = 40 + 8;
        int domain = IsIPv6 ? SysSocket.AF_INET6 : SysSocket.AF_INET;
        using Descriptor probe = new(SysSocket.socket(domain, SysSocket.SOCK_DGRAM | SysSocket.SOCK_CLOEXEC, 0));
        byte* name = stackalloc byte[UdpAddress.SocketAddressSize];
        if (
            probe.IsInvalid
            || (_mark != 0 && !TrySet(probe, SysSocket.SOL_SOCKET, SysSocket.SO_MARK, (int)_mark))
            || SysSocket.connect(probe, name, (uint)run.To.Write(name)) < 0
        )
            return false;
        int mtu;
        uint size = sizeof(int);
        int got = IsIPv6
            ? SysSocket.getsockopt(probe, NetinetIn.IPPROTO_IPV6, NetinetIn.IPV6_MTU, &mtu, &size)
            : SysSocket.getsockopt(probe, NetinetIn.IPPROTO_IP, NetinetIn.IP_MTU, &mtu, &size);
        return got == 0 && run.SegmentSize + (IsIPv6 ? headers6 : headers4) > mtu;
    }

    /// <summary>Lets a thread that waits in <see cref="ReceiveBatch.Receive"/> go, and all that come after it.</summary>
    // Linux answers ENOTCONN to an unconnected socket, but marks it shut down and wakes its readers all the same.
    public void Shutdown() => _ = SysSocket.shutdown(_descriptor, SysSocket.SHUT_RDWR);

    public void Dispose() => _descriptor.Dispose();

    /// <summary>What one message of a batch points to.</summary>
    struct Message
    {
        public fixed byte Name[UdpAddress.SocketAddressSize];
        public iovec Vector;
        public fixed byte Control[ControlMessages.Size];
    }

    [SkipLocalsInit]
    int SendSome(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, out UdpStatus status)
    {
        using Descriptor.Lease open = _descriptor.Hold();
        mmsghdr* headers = stackalloc mmsghdr[BatchSize];
        Message* messages = stackalloc Message[BatchSize];
        fixed (byte* start = buffer)
        {
            for (int i = 0; i < runs.Length; i++)
            {
                _ = buffer.Slice(runs[i].Offset, runs[i].Length);
                Fill(&headers[i], &messages[i], start, in runs[i]);
            }
            nint count;
            Errno error;
            do count = SysSocket.sendmmsg(_descriptor.Number, headers, (uint)runs.Length, SysSocket.MSG_DONTWAIT);
            while (SystemCall.JustInterrupted(count, out error));
            status = Status(error);
            return (int)Math.Max(count, 0);
        }
    }

    static void Fill(mmsghdr* header, Message* message, byte* start, in UdpRun run)
    {
        message->Vector = new iovec { iov_base = start + run.Offset, iov_len = (nuint)run.Length };
        ControlMessages control = new(message->Control, ControlMessages.Size);
        if (run.Source != 0)
            AddSource(ref control, in run);
        if (run.To.IsIPv6)
            *control.Add<int>(NetinetIn.IPPROTO_IPV6, NetinetIn.IPV6_TCLASS) = run.TrafficClass;
        else
            *control.Add<int>(NetinetIn.IPPROTO_IP, NetinetIn.IP_TOS) = run.TrafficClass;
        if (run.HopLimit != 0)
            AddHopLimit(ref control, in run);
        if (run.Length > run.SegmentSize)
            *control.Add<ushort>(LinuxUdp.SOL_UDP, LinuxUdp.UDP_SEGMENT) = (ushort)run.SegmentSize;
        *header = default;
        header->msg_hdr.msg_name = message->Name;
        header->msg_hdr.msg_namelen = (uint)run.To.Write(message->Name);
        header->msg_hdr.msg_iov = &message->Vector;
        header->msg_hdr.msg_iovlen = 1;
        header->msg_hdr.msg_control = message->Control;
        header->msg_hdr.msg_controllen = (nuint)control.Length;
    }

    // The address alone, without the interface: where a packet leaves is the routing table's business.
    static void AddSource(ref ControlMessages control, in UdpRun run)
    {
        if (run.To.IsIPv6)
            control.Add<in6_pktinfo>(NetinetIn.IPPROTO_IPV6, NetinetIn.IPV6_PKTINFO)->ipi6_addr = UdpAddress.Swap(
                run.Source
            );
        else
            control.Add<in_pktinfo>(NetinetIn.IPPROTO_IP, NetinetIn.IP_PKTINFO)->ipi_spec_dst = UdpAddress.Swap(
                (uint)run.Source
            );
    }

    static void AddHopLimit(ref ControlMessages control, in UdpRun run)
    {
        if (run.To.IsIPv6)
            *control.Add<int>(NetinetIn.IPPROTO_IPV6, NetinetIn.IPV6_HOPLIMIT) = run.HopLimit;
        else
            *control.Add<int>(NetinetIn.IPPROTO_IP, NetinetIn.IP_TTL) = run.HopLimit;
    }

    /// <summary>What a refusal to send means for the one who sends.</summary>
    internal static UdpStatus Status(Errno error) =>
        error switch
        {
            Errno.None => UdpStatus.Sent,
            Errno.EINVAL => UdpStatus.Invalid,
            Errno.EIO or Errno.EOPNOTSUPP => UdpStatus.SegmentationRefused,
            Errno.EMSGSIZE => UdpStatus.TooLong,
            Errno.ENETUNREACH or Errno.EHOSTUNREACH or Errno.EADDRNOTAVAIL => UdpStatus.Unreachable,
            _ => UdpStatus.Lost,
        };

    static void Configure(Descriptor descriptor, bool isIPv6, string target)
    {
        if (isIPv6)
        {
            const int level = NetinetIn.IPPROTO_IPV6;
            Set(descriptor, level, NetinetIn.IPV6_V6ONLY, 1, target);
            Set(descriptor, level, NetinetIn.IPV6_RECVPKTINFO, 1, target);
            TrySet(descriptor, level, NetinetIn.IPV6_RECVTCLASS, 1);
            TrySet(descriptor, level, NetinetIn.IPV6_MTU_DISCOVER, NetinetIn.IP_PMTUDISC_DONT);
        }
        else
        {
            const int level = NetinetIn.IPPROTO_IP;
            Set(descriptor, level, NetinetIn.IP_PKTINFO, 1, target);
            TrySet(descriptor, level, NetinetIn.IP_RECVTOS, 1);
            // A tunnel's datagrams may be fragmented: better slow than a black hole.
            TrySet(descriptor, level, NetinetIn.IP_MTU_DISCOVER, NetinetIn.IP_PMTUDISC_DONT);
        }
        // The forced ones pass the sysctl's limit, but need a right that a container may lack.
        if (!TrySet(descriptor, SysSocket.SOL_SOCKET, SysSocket.SO_RCVBUFFORCE, BufferBytes))
            TrySet(descriptor, SysSocket.SOL_SOCKET, SysSocket.SO_RCVBUF, BufferBytes);
        if (!TrySet(descriptor, SysSocket.SOL_SOCKET, SysSocket.SO_SNDBUFFORCE, BufferBytes))
            TrySet(descriptor, SysSocket.SOL_SOCKET, SysSocket.SO_SNDBUF, BufferBytes);
    }

    static void SetMark(Descriptor descriptor, uint mark) =>
        Set(descriptor, SysSocket.SOL_SOCKET, SysSocket.SO_MARK, (int)mark, "SO_MARK");

    static ushort BindPort(Descriptor descriptor, bool isIPv6, ushort port, string target)
    {
        byte* name = stackalloc byte[UdpAddress.SocketAddressSize];
        int length = new UdpAddress(isIPv6, 0, port, 0).Write(name);
        SystemCall.Check(SysSocket.bind(descriptor, name, (uint)length), "bind", target);
        uint size = UdpAddress.SocketAddressSize;
        SystemCall.Check(SysSocket.getsockname(descriptor, name, &size), "getsockname", target);
        return UdpAddress.Read(name).Port;
    }

    static bool TrySet(Descriptor descriptor, int level, int option, int value) =>
        SysSocket.setsockopt(descriptor, level, option, &value, sizeof(int)) == 0;

    static void Set(Descriptor descriptor, int level, int option, int value, string target) =>
        SystemCall.Check(SysSocket.setsockopt(descriptor, level, option, &value, sizeof(int)), "setsockopt", target);
}
