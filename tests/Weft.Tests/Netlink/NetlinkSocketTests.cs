using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Weft.Linux;
using Weft.Linux.Interop;
using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Netlink;

/// <summary>A netlink socket whose kernel is a UDP socket of the test's.</summary>
public sealed class NetlinkSocketTests : IDisposable
{
    const ushort Done = 3;
    const ushort Object = 100;
    const ushort Interrupted = 0x10;

    readonly Socket _kernel = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    readonly NetlinkSocket _socket;

    public NetlinkSocketTests()
    {
        _kernel.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _kernel.ReceiveTimeout = 10_000;
        _socket = new NetlinkSocket(Connected((IPEndPoint)_kernel.LocalEndPoint!));
    }

    [Fact]
    public async Task A_torn_answer_is_asked_for_again_and_forgotten()
    {
        Task<int> answers = Task.Run(() => Answer(torn: 3));
        ImmutableArray<string> objects = Dump();
        Assert.Equal(["4"], objects);
        Assert.Equal(4, await answers);
    }

    [Fact]
    public async Task An_answer_that_is_torn_every_time_is_an_error_and_never_returned()
    {
        Task<int> answers = Task.Run(() => Answer(torn: 16));
        NetlinkException e = Assert.Throws<NetlinkException>(() => Dump());
        Assert.Equal(Errno.EINTR, e.Error);
        Assert.Contains("changed while it was read", e.Message, StringComparison.Ordinal);
        Assert.Equal(16, await answers);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _kernel.Dispose();
    }

    ImmutableArray<string> Dump() =>
        _socket.Dump(
            new NetlinkRequest(18, NetlinkOptions.Dump),
            "links",
            (type, payload) => type == Object ? $"{payload[0]}" : null
        );

    /// <summary>Answers as the kernel does, with an object that says which try it is, until one is whole or so many were torn.</summary>
    int Answer(int torn)
    {
        byte[] request = new byte[1000];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        for (int tries = 1; ; tries++)
        {
            _kernel.ReceiveFrom(request, ref from);
            ReadOnlySpan<byte> sequence = request.AsSpan(8, 4);
            ushort flags = tries <= torn ? Interrupted : (ushort)0;
            _kernel.SendTo([.. Message(Object, flags, sequence, tries), .. Message(Object, 0, [9, 9, 9, 9], 9)], from);
            _kernel.SendTo(Message(Done, 0, sequence, 0), from);
            if (tries > torn || tries == 16)
                return tries;
        }
    }

    static byte[] Message(ushort type, ushort flags, ReadOnlySpan<byte> sequence, int value)
    {
        byte[] message = new byte[20];
        message[0] = 20;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), flags);
        sequence.CopyTo(message.AsSpan(8));
        message[16] = (byte)value;
        return message;
    }

    static unsafe Descriptor Connected(IPEndPoint to)
    {
        Descriptor descriptor = new(SysSocket.socket(SysSocket.AF_INET, SysSocket.SOCK_DGRAM, 0));
        byte* name = stackalloc byte[UdpAddress.SocketAddressSize];
        int length = new UdpAddress(false, 0x7F000001, (ushort)to.Port, 0).Write(name);
        Assert.Equal(0, SysSocket.connect(descriptor, name, (uint)length));
        return descriptor;
    }
}
