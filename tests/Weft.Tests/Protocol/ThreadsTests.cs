using System.Collections.Concurrent;
using Weft.Protocol;
using Weft.Tests.Protocol.Simulation;
using Xunit;

namespace Weft.Tests.Protocol;

/// <summary>Two nodes, each with the threads that a device gives it, on a clock that makes hours of seconds.</summary>
public sealed class ThreadsTests
{
    readonly Side _a;
    readonly Side _b;
    readonly ConcurrentQueue<Exception> _faults = [];
    long _now = 1_000_000_000_000;
    volatile bool _isOver;

    public ThreadsTests()
    {
        World world = new(99);
        (Host a, Host b) = world.AddPair();
        _a = new Side(a, b);
        _b = new Side(b, a);
        _a.Other = _b;
        _b.Other = _a;
    }

    [Fact]
    public void Packet_loops_and_control_get_on_with_each_other()
    {
        Thread[] threads =
        [
            .. new[] { _a, _b }
                .SelectMany(side =>
                    new Action[] { () => side.Talk(Now), () => side.Listen(Now), () => side.Control(Now) }
                )
                .Select(Start),
        ];
        // Rekeys every 120 s, a removed and restored peer, and keys changed live, all while packets flow.
        for (int i = 0; i < 3000; i++)
        {
            Interlocked.Add(ref _now, 100_000_000);
            Thread.Yield();
            if (i % 500 == 499)
                _a.Host.Node.ForgetSessions();
            if (i % 700 == 699)
                _b.Forget();
        }
        long before = Math.Min(_a.Accepted.Count, _b.Accepted.Count);
        // Whatever state that left: data must flow again, within 45 s of the fake clock and a few of the real one.
        SpinWait.SpinUntil(() => Advance() && Math.Min(_a.Accepted.Count, _b.Accepted.Count) > before + 10, 20_000);
        _isOver = true;
        Array.ForEach(threads, thread => thread.Join());
        Assert.Empty(_faults);
        Assert.True(Math.Min(_a.Accepted.Count, _b.Accepted.Count) > before + 10);
    }

    bool Advance()
    {
        Interlocked.Add(ref _now, 10_000_000);
        Thread.Yield();
        return true;
    }

    Instant Now() => new(Interlocked.Read(ref _now));

    Thread Start(Action step)
    {
        Thread thread = new(() =>
        {
            try
            {
                while (!_isOver)
                    step();
            }
            catch (Exception fault)
            {
                _faults.Enqueue(fault);
            }
        });
        thread.Start();
        return thread;
    }

    sealed class Side(Host host, Host peer) : INodeOutput
    {
        readonly ConcurrentQueue<byte[]> _inbox = [];
        readonly byte[] _datagram = new byte[2000];
        int _sent;

        internal Host Host => host;

        internal Side? Other { get; set; }

        /// <summary>Numbers of the packets that arrived; one that arrives twice is a fault.</summary>
        internal ConcurrentDictionary<int, bool> Accepted { get; } = [];

        /// <summary>One packet, as the TUN loop sends it.</summary>
        internal void Talk(Func<Instant> now)
        {
            byte[] packet = Host.Packet(host, peer, _sent++);
            InnerPacket.TryRead(packet, out InnerPacket inner);
            if (host.Node.AllowedIps.FindDestination(inner) is not { } tunnel || !tunnel.TryGetEndpoint(out _))
                return;
            Instant time = now();
            if (tunnel.TryReserve(time, 1, out Session? session, out ulong counter))
            {
                int length = session.Seal(counter, packet, _datagram, 1420);
                if (length == 0)
                    return;
                Send(_datagram.AsSpan(0, length), host.Address, 0);
                tunnel.DatagramsSent(time, session, length, isData: true);
            }
            else
            {
                tunnel.Stage(time, packet, this);
                Thread.Yield();
            }
        }

        /// <summary>One datagram, as the socket loop takes it.</summary>
        internal void Listen(Func<Instant> now)
        {
            if (!_inbox.TryDequeue(out byte[]? datagram))
            {
                Thread.Yield();
                return;
            }
            if (Datagram.KindOf(datagram) != DatagramKind.Data)
            {
                host.Node.ReceiveHandshake(now(), host.Wall, datagram, peer.Address, 1, this);
                return;
            }
            Instant time = now();
            if (
                host.Node.FindSession(datagram) is not { } session
                || session.Open(time, datagram, out int length) != OpenResult.Opened
            )
                return;
            session.Tunnel.DatagramReceived(time, session, peer.Address, datagram.Length, length == 0);
            if (length > 0 && !Accepted.TryAdd(Host.IdOf(datagram[16..]), true))
                throw new InvalidOperationException("accepted twice");
        }

        internal void Control(Func<Instant> now)
        {
            host.Node.Tick(now(), host.Wall, this);
            Thread.Yield();
        }

        internal void Forget()
        {
            host.Node.RemovePeer(host.PeerOf(peer));
            host.Knows(peer);
        }

        public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass)
        {
            // A full wire loses.
            if (Other!._inbox.Count < 256)
                Other._inbox.Enqueue(datagram.ToArray());
        }
    }
}
