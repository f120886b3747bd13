using Weft.Crypto;
using Weft.Protocol;
using Xunit;

namespace Weft.Tests.Protocol.Simulation;

/// <summary>
/// Hosts on a fake wire under a fake clock: everything that happens is an event in one queue, so a run repeats exactly
/// from its seed.
/// </summary>
sealed class World
{
    readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    readonly Dictionary<(UInt128 Address, ushort Port), Host> _byAddress = [];
    readonly List<Host> _hosts = [];
    long _order;

    internal World(ulong seed = 1)
    {
        Seed = seed;
        Chance = new SeededEntropy(seed);
    }

    internal ulong Seed { get; }

    internal SeededEntropy Chance { get; }

    internal Instant Now { get; private set; } = new(1_000_000_000_000);

    /// <summary>2026-01-01, and then as <see cref="Now"/> goes; each host adds its own error.</summary>
    internal WallTime Wall => new WallTime(1_767_225_600, 0).Before(-(Now.Nanoseconds - 1_000_000_000_000));

    internal Wire Wire { get; } = new();

    internal IReadOnlyList<Host> Hosts => _hosts;

    /// <summary>Every datagram that any host has sent, also what the wire then lost.</summary>
    internal List<SentDatagram> Sent { get; } = [];

    /// <summary>Off for long runs.</summary>
    internal bool KeepsSent { get; set; } = true;

    /// <summary>A host that is up and has a key and an address, and no peers.</summary>
    internal Host AddHost(string name)
    {
        Host host = new(this, name, _hosts.Count + 1);
        _hosts.Add(host);
        Move(host, Endpoint.V4(0xc000_0200 + (uint)_hosts.Count, 51820));
        return host;
    }

    /// <summary>Two hosts that know each other, with tunnel addresses 10.0.0.1 and 10.0.0.2.</summary>
    internal (Host A, Host B) AddPair(PresharedKey? presharedKey = null)
    {
        Host a = AddHost("a");
        Host b = AddHost("b");
        a.Knows(b, presharedKey);
        b.Knows(a, presharedKey);
        return (a, b);
    }

    /// <summary>A session that a initiated, with no packet sent through it and all that was sent forgotten.</summary>
    internal void Connect(Host a, Host b)
    {
        a.Node.SetPersistentKeepalive(a.PeerOf(b), 1);
        Settle();
        a.Node.SetPersistentKeepalive(a.PeerOf(b), 0);
        Settle();
        Assert.NotNull(b.PeerOf(a).Slots.Current);
        Sent.Clear();
    }

    /// <summary>Gives a host another address, as a NAT does that forgets its mapping. The old one leads nowhere.</summary>
    internal void Move(Host host, Endpoint address)
    {
        if (host.Address.IsSet)
            _byAddress.Remove((host.Address.Address, host.Address.Port));
        host.Address = address;
        _byAddress[(address.Address, address.Port)] = host;
    }

    internal void At(Instant time, Action action) => _events.Enqueue(action, (time.Nanoseconds, _order++));

    /// <summary>Puts a datagram on the wire.</summary>
    internal void Carry(Host from, byte[] datagram, in Endpoint to, byte trafficClass)
    {
        SentDatagram sent = new(Now, from, Datagram.KindOf(datagram), datagram, to, trafficClass);
        if (KeepsSent)
            Sent.Add(sent);
        Endpoint source = from.Address;
        Endpoint destination = to;
        foreach (TimeSpan delay in Wire.Deliveries(Chance, sent))
        {
            At(
                Now + delay,
                () =>
                {
                    if (_byAddress.TryGetValue((destination.Address, destination.Port), out Host? host))
                        host.Receive(datagram.AsSpan().ToArray(), source);
                }
            );
        }
    }

    /// <summary>Runs all that happens in this time, and leaves the clock at its end.</summary>
    internal void RunFor(TimeSpan time)
    {
        Instant end = Now + time;
        while (true)
        {
            Instant next = _events.TryPeek(out _, out var key) ? new Instant(key.Time) : Instant.Never;
            Host? due = null;
            foreach (Host host in _hosts)
            {
                if (host.Node.NextDeadline >= next)
                    continue;
                due = host;
                next = host.Node.NextDeadline;
            }
            if (next > end)
                break;
            Now = next > Now ? next : Now;
            if (due is not null)
                due.Tick();
            else
                _events.Dequeue()();
        }
        Now = end;
    }

    internal void RunFor(double seconds) => RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>All that happens at this very moment.</summary>
    internal void Settle() => RunFor(TimeSpan.Zero);
}

/// <summary>A datagram as it left a host.</summary>
sealed record SentDatagram(Instant Time, Host From, DatagramKind Kind, byte[] Bytes, Endpoint To, byte TrafficClass)
{
    internal bool IsKeepalive => Kind == DatagramKind.Data && Bytes.Length == DataMessage.MinimumLength;

    internal bool IsData => Kind == DatagramKind.Data && !IsKeepalive;
}
