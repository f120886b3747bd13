using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using BenchmarkDotNet.Attributes;
using Weft.Protocol;
using Weft.Tests.Device;

namespace Weft.Bench.Protocol;

/// <summary>One packet's peer found among so many prefixes, by addresses all over them.</summary>
[BenchmarkCategory(PacketPath.Category)]
[SuppressMessage("Design", "CA1001", Justification = "They live as long as the process.")]
public class RoutingBenchmarks
{
    const int Packets = 1024;
    const int V4Length = 20;
    const int V6Length = 40;

    readonly Node _node = new(new SeededEntropy(1));
    readonly byte[] _v4 = new byte[Packets * V4Length];
    readonly byte[] _v6 = new byte[Packets * V6Length];

    [Params(1, 1000, 130_560)]
    public int Prefixes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Tunnel peer = _node.AddPeer(default)!;
        for (int i = 0; i < Prefixes; i++)
        {
            _node.AllowIp(peer, new IPNetwork(AddressV4(i, 0), 24));
            _node.AllowIp(peer, new IPNetwork(AddressV6(i, 0), 64));
        }
        Random random = new(2);
        for (int i = 0; i < Packets; i++)
        {
            int prefix = random.Next(Prefixes);
            Span<byte> v4 = _v4.AsSpan(i * V4Length, V4Length);
            v4[0] = 0x45;
            v4[3] = V4Length;
            AddressV4(prefix, 1).TryWriteBytes(v4[16..], out _);
            Span<byte> v6 = _v6.AsSpan(i * V6Length, V6Length);
            v6[0] = 0x60;
            AddressV6(prefix, 1).TryWriteBytes(v6[24..], out _);
        }
        if (V4() != Packets || V6() != Packets)
            throw new InvalidOperationException("Not every packet has a peer.");
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int V4() => Find(_v4, V4Length);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int V6() => Find(_v6, V6Length);

    int Find(byte[] packets, int length)
    {
        int found = 0;
        for (int at = 0; at < packets.Length; at += length)
        {
            InnerPacket.TryRead(packets.AsSpan(at, length), out InnerPacket packet);
            if (_node.AllowedIps.FindDestination(packet) is not null)
                found++;
        }
        return found;
    }

    static IPAddress AddressV4(int prefix, byte host) =>
        new([(byte)(10 + (prefix >> 16)), (byte)(prefix >> 8), (byte)prefix, host]);

    static IPAddress AddressV6(int prefix, byte host)
    {
        byte[] bytes = new byte[16];
        bytes[0] = 0xFD;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), prefix);
        bytes[15] = host;
        return new IPAddress(bytes);
    }
}
