using Xunit;

namespace Weft.Tests.Protocol.Simulation;

/// <summary>
/// Who sent what to whom, and what arrived: nothing arrives twice, nothing that was not sent, nothing from anyone but the
/// peer that owns its source.
/// </summary>
sealed class Ledger
{
    readonly World _world;
    readonly List<(Host From, Host To, bool Arrived)> _packets = [];

    internal Ledger(World world)
    {
        _world = world;
        foreach (Host host in world.Hosts)
            host.OnReceived = (from, packet) => Arrived(host, from, packet);
    }

    internal int Sent => _packets.Count;

    internal int Delivered { get; private set; }

    /// <summary>Sends a packet that has its own number; returns that.</summary>
    internal int Send(Host from, Host to, int length = 100)
    {
        _packets.Add((from, to, false));
        from.SendTo(to, _packets.Count - 1, length);
        return _packets.Count - 1;
    }

    internal bool HasArrived(int id) => _packets[id].Arrived;

    void Arrived(Host to, Host from, byte[] packet)
    {
        int id = Host.IdOf(packet);
        Assert.InRange(id, 0, _packets.Count - 1);
        Assert.True(_packets[id].From == from, $"seed {_world.Seed}: packet {id} came from {from.Name}");
        Assert.True(_packets[id].To == to, $"seed {_world.Seed}: packet {id} came to {to.Name}");
        Assert.False(_packets[id].Arrived, $"seed {_world.Seed}: packet {id} was accepted twice");
        Assert.Equal(from.InnerAddress, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(12)));
        _packets[id] = (from, to, true);
        Delivered++;
        // The bytes are only needed here; days of them are many.
        to.Received.Clear();
    }
}
