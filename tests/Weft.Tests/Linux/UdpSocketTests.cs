using Weft.Linux;
using Xunit;

namespace Weft.Tests.Linux;

public sealed class UdpSocketTests : IDisposable
{
    static readonly UInt128 s_loopback4 = 0x7F000001;

    readonly TestNamespace _namespace = new();
    readonly ReceiveBatch _batch = new(16);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_arrives_whole_with_its_source_its_target_and_its_traffic_class(bool isIPv6)
    {
        using UdpSocket from = Bind(isIPv6);
        using UdpSocket to = Bind(isIPv6);
        byte[] bytes = Bytes(10_500);
        UdpAddress target = Loopback(isIPv6, to.Port);

        Assert.Equal(1, from.Send(bytes, [new UdpRun(0, 10_500, 1000, target, 0, 0x02)], out UdpStatus status));

        Assert.Equal(UdpStatus.Sent, status);
        List<byte> received = [];
        while (received.Count < bytes.Length)
        {
            int count = _batch.Receive(to);
            for (int i = 0; i < count; i++)
            {
                ReceivedMessage message = _batch[i];
                Assert.Equal(Loopback(isIPv6, from.Port), message.From);
                Assert.Equal(Loopback(isIPv6, 0).Address, message.LocalAddress);
                Assert.Equal(1, message.InterfaceIndex);
                Assert.Equal(0x02, message.TrafficClass);
                Assert.InRange(message.SegmentSize, 500, 1000);
                received.AddRange(_batch.Buffer.Slice(message.Offset, message.Length));
            }
        }
        Assert.Equal(bytes, received);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_too_long_for_the_way_is_known_leaves_in_pieces_and_arrives_whole(bool isIPv6)
    {
        using UdpSocket from = Bind(isIPv6);
        using UdpSocket to = Bind(isIPv6);
        int headers = isIPv6 ? 48 : 28;
        UdpRun fits = new(0, 2 * (1300 - headers), 1300 - headers, Loopback(isIPv6, to.Port), 0, 0, HopLimit: 3);
        UdpRun single = fits with { Length = 1400, SegmentSize = 1400 };
        TestNamespace.Ip($"-n {_namespace.Name} link set lo mtu 1300");

        // Asked where the socket is.
        Assert.False(_namespace.Run(() => from.IsTooLongForTheWay(in fits)));
        Assert.True(_namespace.Run(() => from.IsTooLongForTheWay(fits with { SegmentSize = 1301 - headers })));
        Assert.Equal(1, from.Send(Bytes(1400), [single], out UdpStatus status));
        Assert.Equal(UdpStatus.Sent, status);
        Assert.Equal(1, _batch.Receive(to));
        Assert.Equal(Bytes(1400), _batch.Buffer[.._batch[0].Length]);
    }

    [Fact]
    public void A_run_can_be_cut_without_the_kernel()
    {
        using UdpSocket from = Bind(false);
        using UdpSocket to = Bind(false);
        UdpRun run = new(100, 80_050 - 100, 500, Loopback(false, to.Port), 0, 0);

        Assert.Equal(run.Length, from.SendSingly(Bytes(80_050), in run, out UdpStatus status));

        Assert.Equal(UdpStatus.Sent, status);
        int received = 0;
        while (received < run.Length)
        {
            int count = _batch.Receive(to);
            for (int i = 0; i < count; i++)
                received += _batch[i].Length;
        }
        Assert.Equal(run.Length, received);
    }

    [Fact]
    public void Many_runs_leave_in_order()
    {
        using UdpSocket from = Bind(false);
        using UdpSocket to = Bind(false);
        UdpRun[] runs = [.. Enumerable.Range(0, 40).Select(i => new UdpRun(i, 1, 1, Loopback(false, to.Port), 0, 0))];

        Assert.Equal(40, from.Send(Bytes(40), runs, out _));

        List<byte> received = [];
        while (received.Count < 40)
        {
            int count = _batch.Receive(to);
            for (int i = 0; i < count; i++)
                received.AddRange(_batch.Buffer.Slice(_batch[i].Offset, _batch[i].Length));
        }
        Assert.Equal(Bytes(40), received);
    }

    [Fact]
    public void One_call_receives_all_that_is_there()
    {
        using UdpSocket from = Bind(false);
        using UdpSocket to = Bind(false);
        UdpRun[] runs = [.. Enumerable.Range(0, 16).Select(i => new UdpRun(i, 1, 1, Loopback(false, to.Port), 0, 0))];
        Assert.Equal(16, from.Send(Bytes(16), runs, out _));
        Assert.Equal(16, _batch.Receive(to));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_source_that_is_not_ours_is_refused_and_one_that_is_arrives(bool isIPv6)
    {
        UInt128 documentation = (UInt128)0x2001_0db8 << 96;
        TestNamespace.Ip($"-n {_namespace.Name} address add 2001:db8::42/128 dev lo nodad");
        using UdpSocket from = Bind(isIPv6);
        using UdpSocket to = Bind(isIPv6);
        UInt128 foreign = isIPv6 ? documentation + 1 : 0x0A010203;
        UdpRun run = new(0, 5, 5, Loopback(isIPv6, to.Port), foreign, 0);

        Assert.Equal(0, from.Send(Bytes(5), [run], out UdpStatus status));
        Assert.Contains(status, new[] { UdpStatus.Invalid, UdpStatus.Unreachable });

        UInt128 ours = isIPv6 ? documentation + 0x42 : 0x7F000042;
        Assert.Equal(1, from.Send(Bytes(5), [run with { Source = ours }], out _));
        Assert.Equal(1, _batch.Receive(to));
        Assert.Equal(ours, _batch[0].From.Address);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_mark_is_on_what_a_socket_sends_from_the_start(bool isIPv6)
    {
        TestNamespace.Ip($"-n {_namespace.Name} {(isIPv6 ? "-6" : "-4")} rule add fwmark 7 prio 0 prohibit");
        TestNamespace.Ip($"-n {_namespace.Name} {(isIPv6 ? "-6" : "-4")} rule add prio 1 lookup local");
        TestNamespace.Ip($"-n {_namespace.Name} {(isIPv6 ? "-6" : "-4")} rule del prio 0 lookup local");
        using UdpSocket plain = Bind(isIPv6);
        using UdpSocket marked = _namespace.Run(() => UdpSocket.Bind(isIPv6, port: 0, mark: 7));
        UdpRun run = new(0, 5, 5, Loopback(isIPv6, plain.Port), 0, 0);

        Assert.Equal(1, plain.Send(Bytes(5), [run], out _));
        Assert.Equal(0, marked.Send(Bytes(5), [run], out _));
        marked.SetMark(0);
        Assert.Equal(1, marked.Send(Bytes(5), [run], out _));
    }

    [Theory]
    [InlineData(Errno.EINVAL, UdpStatus.Invalid)]
    [InlineData(Errno.EIO, UdpStatus.SegmentationRefused)]
    [InlineData(Errno.EMSGSIZE, UdpStatus.TooLong)]
    [InlineData(Errno.ENETUNREACH, UdpStatus.Unreachable)]
    [InlineData(Errno.EADDRNOTAVAIL, UdpStatus.Unreachable)]
    [InlineData(Errno.ENOBUFS, UdpStatus.Lost)]
    public void A_refusal_means_one_thing_to_the_sender(Errno error, UdpStatus status) =>
        Assert.Equal(status, UdpSocket.Status(error));

    [Fact]
    public void A_target_without_a_route_is_unreachable()
    {
        using UdpSocket from = Bind(false);
        UdpRun run = new(0, 5, 5, new UdpAddress(false, 0x0A010203, 9, 0), 0, 0);

        Assert.Equal(0, from.Send(Bytes(5), [run], out UdpStatus status));
        Assert.Equal(UdpStatus.Unreachable, status);
    }

    [Fact]
    public void A_port_in_use_is_refused_by_name()
    {
        using UdpSocket first = Bind(false);
        KernelRefusedException e = Assert.Throws<KernelRefusedException>(() =>
            _namespace.Run(() => UdpSocket.Bind(isIPv6: false, first.Port, mark: 0))
        );
        Assert.Equal(Errno.EADDRINUSE, e.Error);
        Assert.Contains($"UDP port {first.Port}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trying_to_receive_does_not_wait()
    {
        using UdpSocket socket = Bind(true);
        Assert.True(_batch.TryReceive(socket, out int count));
        Assert.Equal(0, count);
    }

    [Fact]
    public void Shutting_down_lets_the_receiver_go()
    {
        using UdpSocket socket = Bind(true);
        Thread receiver = new(() => _batch.Receive(socket));
        receiver.Start();
        socket.Shutdown();
        Assert.True(receiver.Join(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Empty_datagrams_are_nothing_to_use()
    {
        using UdpSocket from = Bind(false);
        using UdpSocket to = Bind(false);
        from.Send([], [new UdpRun(0, 0, 1, Loopback(false, to.Port), 0, 0)], out _);
        Assert.Equal(1, _batch.Receive(to));
        Assert.Equal(0, _batch[0].Length);
    }

    public void Dispose()
    {
        _batch.Dispose();
        _namespace.Dispose();
    }

    UdpSocket Bind(bool isIPv6) => _namespace.Run(() => UdpSocket.Bind(isIPv6, port: 0, mark: 0));

    static UdpAddress Loopback(bool isIPv6, ushort port) => new(isIPv6, isIPv6 ? 1 : s_loopback4, port, 0);

    static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
