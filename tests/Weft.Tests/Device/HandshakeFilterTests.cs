using System.Diagnostics;
using Weft.Device;
using Weft.Linux;
using Weft.Tests.Linux;
using Xunit;

namespace Weft.Tests.Device;

/// <summary>The filter in the kernel, on sockets in a namespace of the test's own, where all of 127/8 and of fd00:1::/32 is local.</summary>
public sealed class HandshakeFilterTests : IDisposable
{
    const int Initiation = 148;

    readonly TestNamespace _namespace = new();
    readonly List<IDisposable> _open = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Data_passes_and_what_is_no_message_does_not(bool isIPv6)
    {
        (UdpSocket from, UdpSocket to) = Open(isIPv6);
        byte[] longer = new byte[1400];
        longer[0] = 4;
        for (int i = 0; i < 300; i++)
        {
            Send(from, to, 1, longer);
            Send(from, to, 1, [4, 0, 0, 0]);
            Send(from, to, 1, [0, 0, 0, 0, 0]);
            Send(from, to, 1, [5, 0, 0, 0, 0]);
            Send(from, to, 1, [1, 0, 0, 1, 0]);
            Send(from, to, 1, [1, 0, 0, 0, 7]);
            Send(from, to, 1, [4, 0, 0]);
            Send(from, to, 1, []);
        }
        Assert.Equal(Enumerable.Repeat((1400, 4, 4, 4), 300), Received(to).Chunk(2).Select(Pair));

        static (int, int, int, int) Pair((uint Source, byte[] Datagram)[] two) =>
            (two[0].Datagram.Length, two[0].Datagram[0], two[1].Datagram.Length, two[1].Datagram[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_is_new_passes_a_flood_of_every_kind_of_message(bool isIPv6)
    {
        (UdpSocket from, UdpSocket to) = Open(isIPv6);
        byte[][] kinds = [Message(1, Initiation), Message(1, Initiation, mac2: 9), Message(2, 92), Message(3, 64)];
        foreach (byte[] message in kinds)
        {
            for (uint i = 0; i < 2000; i++)
                Send(from, to, 1 + i % 50, message);
        }
        foreach (byte[] message in kinds)
            Send(from, to, 60, message);
        List<(uint Source, byte[] Datagram)> received = Received(to);
        Assert.Equal(kinds, received.Where(r => r.Source == 60).Select(r => r.Datagram));
    }

    [Fact]
    public void Sources_that_keep_sending_share_a_bounded_rate_and_are_new_again_after_a_second_of_silence()
    {
        (UdpSocket from, UdpSocket to) = Open(isIPv6: false);
        Stopwatch watch = Stopwatch.StartNew();
        int sent = 0;
        int received = 0;
        for (; watch.ElapsedMilliseconds < 1500; sent += 50)
        {
            for (int i = 0; i < 50; i++)
                Send(from, to, 1, Message(1, Initiation));
            received += Received(to).Count;
        }
        double seconds = watch.Elapsed.TotalSeconds;
        Assert.InRange(sent, 3 * received, int.MaxValue);
        int most = (int)(seconds * HandshakeFilter.Rate) + HandshakeFilter.Burst;
        Assert.InRange(received, most / 2, most + 5);

        // The share is used up: only who is new passes.
        Clog(from, to);
        Send(from, to, 2, Message(1, Initiation));
        Assert.Equal([2u], Received(to).Select(r => r.Source).Where(s => s != 9));
        Thread.Sleep(1100);
        Clog(from, to);
        Send(from, to, 1, Message(1, Initiation));
        Assert.Equal([1u], Received(to).Select(r => r.Source).Where(s => s != 9));
    }

    [Fact]
    public void As_many_sources_as_may_begin_at_once_pass_and_made_up_ones_have_a_bounded_rate()
    {
        (UdpSocket from, UdpSocket to) = Open(isIPv6: false);
        Stopwatch watch = Stopwatch.StartNew();
        int received = 0;
        for (uint source = 1000; source < 41_000; source++)
        {
            Send(from, to, source, Message(1, Initiation));
            if (source % 1000 != 0)
                continue;
            received += Received(to).Count;
            if (source == 9000)
                Assert.InRange(received, 7900, 8001);
        }
        received += Received(to).Count;
        int rate = HandshakeFilter.FreshRate + HandshakeFilter.Rate;
        int burst = HandshakeFilter.FreshRate + HandshakeFilter.Burst;
        Assert.InRange(received, HandshakeFilter.FreshRate, burst + 5 + (int)(watch.Elapsed.TotalSeconds * rate));
    }

    [Fact]
    public void Hardly_anybody_is_taken_for_one_of_thousands_that_keep_sending()
    {
        (UdpSocket from, UdpSocket to) = Open(isIPv6: false);
        for (uint source = 1000; source < 9000; source++)
            Send(from, to, source, Message(1, Initiation));
        Clog(from, to);
        Received(to);
        for (uint source = 20_000; source < 21_000; source++)
        {
            // The share of those who keep sending stays used up: whoever is taken for one of them is lost.
            Send(from, to, 9, Message(1, Initiation));
            Send(from, to, source, Message(1, Initiation));
        }
        Assert.InRange(Received(to).Count(r => r.Source != 9), 997, 1000);
    }

    [Fact]
    public void Who_shows_a_cookie_loses_nothing_to_those_who_show_none()
    {
        (UdpSocket from, UdpSocket to) = Open(isIPv6: false);
        for (int i = 0; i < 1000; i++)
            Send(from, to, 1, Message(1, Initiation));
        // The same source, as a liar may say.
        for (int i = 0; i < 50; i++)
            Send(from, to, 1, Message(1, Initiation, mac2: 9));
        Assert.Equal(50, Received(to).Count(r => r.Datagram[^1] == 9));
    }

    [Fact]
    public void Without_the_filter_everything_comes_again()
    {
        (UdpSocket from, UdpSocket to) = Open(isIPv6: false);
        Clog(from, to);
        to.SetFilter(null);
        to.SetFilter(null);
        Received(to);
        for (int i = 0; i < 300; i++)
            Send(from, to, 1, [9]);
        Assert.Equal(300, Received(to).Count);
    }

    public void Dispose()
    {
        _open.ForEach(one => one.Dispose());
        _namespace.Dispose();
    }

    static byte[] Message(byte type, int length, byte mac2 = 0)
    {
        byte[] message = new byte[length];
        message[0] = type;
        message[^1] = mac2;
        return message;
    }

    /// <summary>Uses up what sources that keep sending may.</summary>
    static void Clog(UdpSocket from, UdpSocket to)
    {
        for (int i = 0; i < 10 * HandshakeFilter.Burst; i++)
            Send(from, to, 9, Message(1, Initiation));
    }

    static void Send(UdpSocket from, UdpSocket to, uint source, byte[] datagram)
    {
        // IPv6: each a /64 of its own.
        UInt128 address = from.IsIPv6 ? Prefix | (UInt128)source << 64 | 1 : 0x7F000000 | source;
        UdpAddress target = new(from.IsIPv6, from.IsIPv6 ? Prefix | 1 : 0x7F000001, to.Port, 0);
        UdpRun run = new(0, datagram.Length, Math.Max(datagram.Length, 1), target, address, 0);
        Assert.Equal(1, from.Send(datagram, [run], out _));
    }

    static UInt128 Prefix => (UInt128)0xFD000001 << 96;

    static List<(uint Source, byte[] Datagram)> Received(UdpSocket socket)
    {
        using ReceiveBatch batch = new(16);
        List<(uint, byte[])> all = [];
        while (batch.TryReceive(socket, out int count) && count > 0)
        {
            for (int i = 0; i < count; i++)
            {
                ReceivedMessage message = batch[i];
                UInt128 from = message.From.Address;
                uint source = (uint)(socket.IsIPv6 ? from >> 64 : from) & 0xFFFF;
                all.Add((source, batch.Buffer.Slice(message.Offset, message.Length).ToArray()));
            }
        }
        return all;
    }

    (UdpSocket From, UdpSocket To) Open(bool isIPv6)
    {
        TestNamespace.Ip($"-n {_namespace.Name} -6 route add local fd00:1::/32 dev lo");
        _namespace.Run(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv6/ip_nonlocal_bind", "1");
            return true;
        });
        UdpSocket from = _namespace.Run(() => UdpSocket.Bind(isIPv6, 0, 0, offloads: false));
        UdpSocket to = _namespace.Run(() => UdpSocket.Bind(isIPv6, 0, 0));
        SocketFilter filter = HandshakeFilter.Load(isIPv6);
        to.SetFilter(filter);
        _open.AddRange([from, to, filter]);
        return (from, to);
    }
}
