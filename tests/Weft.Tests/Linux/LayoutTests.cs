using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weft.Linux;
using Weft.Linux.Interop;
using Xunit;

namespace Weft.Tests.Linux;

/// <summary>Sizes and offsets as the headers of 64-bit Linux have them.</summary>
public sealed unsafe class LayoutTests
{
    [Fact]
    public void Structs_have_the_sizes_of_C()
    {
        Assert.Equal(40, sizeof(ifreq));
        Assert.Equal(16, sizeof(iovec));
        Assert.Equal(8, sizeof(pollfd));
        Assert.Equal(56, sizeof(msghdr));
        Assert.Equal(64, sizeof(mmsghdr));
        Assert.Equal(16, sizeof(cmsghdr));
        Assert.Equal(16, sizeof(sockaddr_in));
        Assert.Equal(28, sizeof(sockaddr_in6));
        Assert.Equal(110, sizeof(sockaddr_un));
        Assert.Equal(12, sizeof(in_pktinfo));
        Assert.Equal(20, sizeof(in6_pktinfo));
        Assert.Equal(16, sizeof(inotify_event));
        Assert.Equal(16, sizeof(timespec));
        Assert.Equal(VirtioNetHeader.Size, sizeof(VirtioNetHeader));
    }

    [Fact]
    public void Members_stand_where_C_puts_them()
    {
        msghdr message = default;
        Assert.Equal(8, Offset(ref message, ref message.msg_namelen));
        Assert.Equal(24, Offset(ref message, ref message.msg_iovlen));
        Assert.Equal(40, Offset(ref message, ref message.msg_controllen));
        Assert.Equal(48, Offset(ref message, ref message.msg_flags));
        mmsghdr many = default;
        Assert.Equal(56, Offset(ref many, ref many.msg_len));
        sockaddr_in6 six = default;
        Assert.Equal(8, Offset(ref six, ref six.sin6_addr));
        Assert.Equal(24, Offset(ref six, ref six.sin6_scope_id));
        in6_pktinfo info = default;
        Assert.Equal(16, Offset(ref info, ref info.ipi6_ifindex));
        ifreq request = default;
        Assert.Equal(16, Offset(ref request, ref request.ifr_ifru));
        VirtioNetHeader header = default;
        Assert.Equal(2, Offset(ref header, ref header.HeaderLength));
        Assert.Equal(4, Offset(ref header, ref header.SegmentSize));
        Assert.Equal(6, Offset(ref header, ref header.ChecksumStart));
        Assert.Equal(8, Offset(ref header, ref header.ChecksumOffset));
    }

    [Fact]
    public void A_refusal_names_the_call_the_object_and_the_reason()
    {
        KernelRefusedException e = new("open", "/dev/net/tun", Errno.ENOENT);

        Assert.Equal("open /dev/net/tun: No such file or directory (ENOENT)", e.Message);
    }

    [Fact]
    public void Socket_addresses_survive_the_way_through_the_kernels_form()
    {
        byte* name = stackalloc byte[UdpAddress.SocketAddressSize];
        UdpAddress four = new(false, 0xC0000201, 51820, 0);
        UdpAddress six = new(true, UInt128.Parse("338288524927261089654018896841347694593"), 443, 7);

        Assert.Equal(16, four.Write(name));
        Assert.Equal([2, 0, 0xCA, 0x6C, 192, 0, 2, 1], new ReadOnlySpan<byte>(name, 8).ToArray());
        Assert.Equal(four, UdpAddress.Read(name));
        Assert.Equal(28, six.Write(name));
        Assert.Equal(six, UdpAddress.Read(name));
    }

    [Fact]
    public void Control_messages_read_back_as_they_were_written()
    {
        byte* memory = stackalloc byte[ControlMessages.Size];
        ControlMessages written = new(memory, ControlMessages.Size);
        *written.Add<ushort>(17, 103) = 1452;
        written.Add<in6_pktinfo>(41, 50)->ipi6_ifindex = 9;

        int offset = 0;
        Assert.True(
            ControlMessages.Next(memory, written.Length, ref offset, out int level, out int type, out var data)
        );
        Assert.Equal((17, 103, 1452), (level, type, MemoryMarshal.Read<ushort>(data)));
        Assert.True(ControlMessages.Next(memory, written.Length, ref offset, out level, out type, out data));
        Assert.Equal((41, 50, 9), (level, type, MemoryMarshal.Read<in6_pktinfo>(data).ipi6_ifindex));
        Assert.False(ControlMessages.Next(memory, written.Length, ref offset, out _, out _, out _));
    }

    static int Offset<T, TMember>(ref T start, ref TMember member) =>
        (int)Unsafe.ByteOffset(ref Unsafe.As<T, byte>(ref start), ref Unsafe.As<TMember, byte>(ref member));
}
