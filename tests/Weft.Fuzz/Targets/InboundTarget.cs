using System.Buffers.Binary;
using System.Net;
using Weft.Crypto;
using Weft.Device;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>
/// What a peer sends, from the socket to the TUN: of its packets those that may be are passed on, each once, unchanged and
/// in the order of its flow, whatever was merged on the way; cutting what was merged as a kernel does gives them back.
/// </summary>
/// <remarks>Input: a script of packets and of the messages that they come in.</remarks>
sealed class InboundTarget : ITarget, IPacketSink
{
    const int MostPackets = 100;
    const int Slots = 4;

    static readonly Instant Now = new(1_000_000_000_000);

    readonly Node _node = new(new SeededEntropy(5));
    readonly Tunnel _tunnel;
    readonly InboundPath _path;
    readonly byte[] _buffer = new byte[Slots * ReceiveBatch.SlotSize];
    readonly byte[] _written = new byte[1 << 22];
    readonly List<(VirtioNetHeader Header, int Start, int Length)> _writes = new(1024);
    readonly List<byte[]> _passed = [];
    readonly List<byte[]> _wanted = [];
    int _slot;
    int _merged;
    int _writtenLength;

    public InboundTarget()
    {
        _tunnel = _node.AddPeer(new PublicKey(new byte[32]))!;
        _node.AllowIp(_tunnel, IPNetwork.Parse("10.0.0.0/8"));
        _node.AllowIp(_tunnel, IPNetwork.Parse("fd00::/8"));
        _node.InterfaceUp();
        _path = new InboundPath(_node, new HandshakeQueue(), this, TunOffloads.Tcp | TunOffloads.Udp);
    }

    public TargetShape Shape { get; } =
        new("inbound")
        {
            MaxLength = 1024,
            BriefRuns = 1500,
            Budget = new(1 << 10, 0),
            Words =
            [
                [0, 0, 100, 0],
                [0, 0, 100, 1],
                [0, 1, 100, 16],
                [0, 2, 100, 16],
                [0, 3, 100, 0],
                [0, 0, 50, 2, 0x11],
                [0, 0, 100, 32, 3],
                [0, 0, 100, 32, 2],
                [0, 0, 100, 128, 3],
                [0, 0, 0, 0],
                [0, 2, 255, 0, 0, 2, 255, 0],
                [5, 20, 0x45, 0, 0, 20],
                [6, 0, 0, 1],
                [0x86, 6, 0, 0x20],
                [7, 0],
                [7, 3],
                [7, 1],
                [0x87, 0],
            ],
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        (_slot, _merged, _writtenLength) = (0, 0, 0);
        _writes.Clear();
        _passed.Clear();
        _wanted.Clear();
        Span<byte> keys = stackalloc byte[64];
        keys.Fill(7);
        keys[32..].Fill(8);
        using Session sender = new(_tunnel, 1, _node.Index.Reserve(_tunnel), true, Now, keys[..32], keys[32..]);
        using Session receiver = new(_tunnel, sender.RemoteIndex, 1, false, Now, keys[32..], keys[..32]);
        _node.Index.Attach(receiver);
        List<byte[]> waiting = [];
        PacketScript packets = new();
        InputReader script = new(input);
        byte[] last = [];
        for (int i = 0; i < MostPackets && !script.IsAtEnd; i++)
        {
            byte operation = script.Byte();
            switch (operation % 8)
            {
                case 5:
                    last = script.Take(script.Byte()).ToArray();
                    break;
                case 6 when last.Length > 0:
                    last = [.. last];
                    last[script.UInt16() % last.Length] ^= script.Byte();
                    if (operation >= 128 && PlainPacket.LengthOf(last) == last.Length)
                        PlainPacket.Sign(last);
                    break;
                case 7:
                    Deliver(sender, waiting, script.Byte(), seen);
                    if (operation >= 128)
                        Flush(seen);
                    continue;
                default:
                    last = packets.Next(ref script);
                    break;
            }
            waiting.Add(last);
        }
        Deliver(sender, waiting, 0, seen);
        Flush(seen);
        _node.Index.Release(receiver.LocalIndex);
        foreach ((VirtioNetHeader header, int start, int length) in _writes)
            Pass(in header, _written[start..(start + length)], seen);
        Compare(seen);
    }

    public void Dispose() => _node.Dispose();

    /// <summary>Seals packets and has them come in, those of one length in one message.</summary>
    void Deliver(Session sender, List<byte[]> packets, byte outerClass, Observation seen)
    {
        for (int first = 0; first < packets.Count; )
        {
            int length = Session.DatagramLength(packets[first].Length, 1420);
            ReceivedMessage message = new()
            {
                Offset = _slot * ReceiveBatch.SlotSize,
                SegmentSize = length,
                From = new UdpAddress(false, 0xC0000202, 51820, 0),
                TrafficClass = outerClass,
            };
            int next = first;
            for (int last = length; next < packets.Count && last == length; next++)
            {
                last = Session.DatagramLength(packets[next].Length, 1420);
                if (last > length || message.Length + last > ReceiveBatch.SlotSize)
                    break;
                sender.TryReserve(1, out ulong counter);
                Span<byte> datagram = _buffer.AsSpan(message.Offset + message.Length, last);
                message.Length += sender.Seal(counter, packets[next], datagram, 1420);
                // Padding is there to be mistaken for a part of the packet.
                byte[] padded = new byte[last - DataMessage.MinimumLength];
                packets[next].CopyTo(padded, 0);
                Want(padded, outerClass);
            }
            first = next;
            using (seen.Measure())
                _path.Take(Now, _buffer, in message);
            if (++_slot == Slots)
                Flush(seen);
        }
        packets.Clear();
    }

    void Flush(Observation seen)
    {
        using (seen.Measure())
            _path.Flush(_buffer);
        _slot = 0;
    }

    /// <summary>Notes what is to be passed on of a packet: RFC 6040, and the addresses that the peer may speak for.</summary>
    void Want(byte[] packet, byte outerClass)
    {
        if (PlainPacket.LengthOf(packet) is not { } length)
            return;
        byte[] wanted = packet[..length];
        bool isIPv6 = PlainPacket.IsIPv6(wanted);
        if (isIPv6 ? wanted[8] != 0xFD : wanted[12] != 10)
            return;
        int outer = outerClass & 3;
        int inner = (isIPv6 ? wanted[1] >> 4 : wanted[1]) & 3;
        if (outer == 3 && inner == 0)
            return;
        int residue = isIPv6 ? 0 : PlainPacket.Sum(wanted.AsSpan(0, PlainPacket.HeaderLength(wanted))) % 0xFFFF;
        if ((outer == 3 && inner != 3) || (outer == 1 && inner == 2))
        {
            int at = 1;
            int shift = isIPv6 ? 4 : 0;
            wanted[at] = (byte)(wanted[at] & ~(3 << shift) | outer << shift);
        }
        _wanted.Add(Normalise(wanted, residue));
    }

    /// <summary>
    /// Leaves out what merging may change without changing what is meant: how a right checksum is written, and the
    /// identification of what is never a fragment (RFC 6864).
    /// </summary>
    static byte[] Normalise(byte[] packet, int residue)
    {
        byte[] plain = [.. packet];
        int transport = PlainPacket.HeaderLength(plain);
        if (!PlainPacket.IsIPv6(plain))
        {
            BinaryPrimitives.WriteUInt16BigEndian(plain.AsSpan(10), (ushort)residue);
            if ((plain[6] & 0x40) != 0)
                plain[4] = plain[5] = 0;
        }
        if (PlainPacket.IsFragment(plain) || PlainPacket.AllHeaders(plain) is null)
            return plain;
        byte protocol = PlainPacket.Protocol(plain);
        if (PlainPacket.TransportSum(plain, transport, protocol, whole: true) == 0xFFFF)
            BinaryPrimitives.WriteUInt16BigEndian(plain.AsSpan(transport + PlainPacket.ChecksumOffset(protocol)), 1);
        return plain;
    }

    /// <summary>Only takes note, since what the device costs is measured here.</summary>
    void IPacketSink.Write(in VirtioNetHeader header, ReadOnlySpan<byte> buffer, ReadOnlySpan<BufferSlice> slices)
    {
        Rule.Holds(slices.Length <= TunDevice.MaxSlices, "a packet has few enough pieces");
        int start = _writtenLength;
        foreach (BufferSlice slice in slices)
        {
            buffer.Slice(slice.Offset, slice.Length).CopyTo(_written.AsSpan(_writtenLength));
            _writtenLength += slice.Length;
        }
        _writes.Add((header, start, _writtenLength - start));
    }

    void Pass(in VirtioNetHeader header, byte[] packet, Observation seen)
    {
        Rule.Same(packet.Length, PlainPacket.LengthOf(packet), "what is passed on is one whole packet");
        List<byte[]>? segments = PlainPacket.Cut(in header, packet);
        Rule.Holds(segments is not null, "a kernel takes what is passed on");
        int options = (PlainPacket.AllHeaders(packet) ?? 0) - PlainPacket.HeaderLength(packet);
        seen.Saw($"{header.Segmentation} {FlowOf(packet) is null} {options > 20}", segments!.Count);
        seen.Saw($"{header.Segmentation}");
        if (header.Segmentation != VirtioNetSegmentation.None)
            CheckMerged(in header, packet, segments!.Count);
        foreach (byte[] segment in segments!)
        {
            int residue = PlainPacket.IsIPv6(segment)
                ? 0
                : PlainPacket.Sum(segment.AsSpan(0, PlainPacket.HeaderLength(segment))) % 0xFFFF;
            _passed.Add(Normalise(segment, residue));
        }
    }

    void CheckMerged(in VirtioNetHeader header, byte[] packet, int segments)
    {
        _merged += segments;
        byte protocol = PlainPacket.Protocol(packet);
        int transport = PlainPacket.HeaderLength(packet);
        Rule.Holds(segments is > 1 and <= 64, "what is merged is of several", $"{segments}");
        Rule.Same(VirtioNetChecksum.Needed, header.Checksum, "what is merged lacks its checksum");
        Rule.Same(PlainPacket.AllHeaders(packet), header.HeaderLength, "what is merged says how long its headers are");
        Rule.Same(
            PlainPacket.TransportSum(packet, transport, protocol, whole: false),
            PlainPacket.Word(packet, transport + PlainPacket.ChecksumOffset(protocol)),
            "what is merged has the sum of its pseudo-header"
        );
    }

    /// <summary>The same packets, and in each flow in the same order; what is of no flow keeps its place in all of them.</summary>
    void Compare(Observation seen)
    {
        seen.Saw("passed", _passed.Count);
        seen.Saw("merged", _merged);
        Rule.Same(_wanted.Count, _passed.Count, "what may pass does, and nothing else");
        List<(byte[] Packet, string? Flow)> wanted = [.. _wanted.Select(p => (p, FlowOf(p)))];
        List<(byte[] Packet, string? Flow)> passed = [.. _passed.Select(p => (p, FlowOf(p)))];
        foreach (string? flow in wanted.Select(p => p.Flow).Append(null).Distinct())
        {
            IEnumerable<byte[]> sent = wanted.Where(p => p.Flow is null || p.Flow == flow).Select(p => p.Packet);
            IEnumerable<byte[]> come = passed.Where(p => p.Flow is null || p.Flow == flow).Select(p => p.Packet);
            foreach ((byte[] one, byte[] other) in sent.Zip(come))
                Rule.Same(one, other, "a flow arrives as it was sent");
        }
    }

    /// <summary>Null when it cannot be told: then it may belong to any.</summary>
    static string? FlowOf(byte[] packet)
    {
        bool isPlain = PlainPacket.IsIPv6(packet) || packet[0] == 0x45;
        if (!isPlain || PlainPacket.IsFragment(packet) || PlainPacket.AllHeaders(packet) is null)
            return null;
        int transport = PlainPacket.HeaderLength(packet);
        byte[] flow =
        [
            packet[0],
            PlainPacket.Protocol(packet),
            .. PlainPacket.Addresses(packet),
            .. packet.AsSpan(transport, 4),
        ];
        // An IPv6 packet's first byte holds a part of its traffic class.
        flow[0] &= 0xF0;
        return Convert.ToHexString(flow);
    }
}
