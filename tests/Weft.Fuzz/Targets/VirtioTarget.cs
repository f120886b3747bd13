using System.Buffers.Binary;
using System.Net;
using Weft.Crypto;
using Weft.Device;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>
/// What the TUN hands over, virtio header and packet: what fits together is cut as a kernel cuts it, what does not is
/// dropped or at least conserved, and what the device seals of it and sends opens to the same.
/// </summary>
/// <remarks>Input: repairs, virtio header, packet.</remarks>
sealed class VirtioTarget : ITarget, IRunOutput, IPacketSink
{
    static readonly Endpoint To = Endpoint.V4(0xC0000202, 51820);

    readonly Node _node = new(new SeededEntropy(4));
    readonly Tunnel _tunnel;
    readonly OutboundPath _path;
    readonly byte[] _segment = new byte[1 << 17];
    readonly List<byte[]> _opened = [];
    Session? _receiver;

    public VirtioTarget()
    {
        _tunnel = _node.AddPeer(new PublicKey(new byte[32]))!;
        _node.AllowIp(_tunnel, IPNetwork.Parse("0.0.0.0/0"));
        _node.AllowIp(_tunnel, IPNetwork.Parse("::/0"));
        _node.SetEndpoint(_tunnel, To);
        _node.InterfaceUp();
        _path = new OutboundPath(_node, this, this);
    }

    public TargetShape Shape { get; } =
        new("virtio")
        {
            MaxLength = 12 << 10,
            BriefRuns = 2500,
            Budget = new(1 << 10, 0),
            Words =
            [
                [0x7F],
                [0xFF],
                [1, 1, 40, 0, 0xB4, 5, 20, 0, 16, 0],
                [1, 4, 60, 0, 0xA0, 5, 40, 0, 16, 0],
                [1, 5, 28, 0, 0, 4, 20, 0, 6, 0],
                [1, 0, 0, 0, 0, 0, 20, 0, 16, 0],
                [1, 0x81, 40, 0, 1, 0, 20, 0, 16, 0],
                [0x45, 0, 0, 40, 0, 1, 0x40, 0, 64, 6],
                [0x4F, 0, 0, 80, 0, 1, 0, 0, 64, 17],
                [0x60, 0, 0, 0, 0, 40, 6, 64],
                [0x60, 0, 0, 0, 0, 40, 17, 64],
                [0x50, 0x18],
                [0x50, 0x99],
                [0xF0, 0x10],
                new byte[20],
                new byte[40],
            ],
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        InputReader script = new(input);
        byte repairs = script.Byte();
        Span<byte> bytes = stackalloc byte[VirtioNetHeader.Size];
        script.Fill(bytes);
        var header = VirtioNetHeader.Read(bytes);
        byte[] packet = script.Take(Shape.MaxLength).ToArray();
        Repair(repairs, ref header, packet);
        // The device looks at nothing else.
        if (PlainPacket.LengthOf(packet) != packet.Length)
            return;

        List<byte[]>? wanted = PlainPacket.Cut(in header, packet);
        Observation.Measurement measurement = seen.Measure();
        bool isTaken = PacketSegments.TryCreate(in header, packet, out PacketSegments segments);
        measurement.Dispose();
        string kind = header.Segmentation is <= VirtioNetSegmentation.UdpSegments ? $"{header.Segmentation}" : "other";
        seen.Saw($"{wanted is not null} {isTaken} {kind} {header.Checksum & VirtioNetChecksum.Needed}", segments.Count);
        Rule.Holds(isTaken || wanted is null, "what a kernel hands over is taken");
        List<byte[]> made = isTaken ? Make(segments, seen) : [];
        if (isTaken && header.Segmentation != VirtioNetSegmentation.None)
            CheckConserved(header, packet, made);
        if (wanted is not null)
        {
            Rule.Same(wanted.Count, made.Count, "a packet is cut into as many as a kernel makes");
            foreach ((byte[] one, byte[] other) in wanted.Zip(made))
                Rule.Same(one, other, "a segment is as a kernel makes it");
        }
        Send(in header, packet, made);
    }

    public void Dispose() => _node.Dispose();

    /// <summary>Makes some things right that are hardly ever right by chance.</summary>
    static void Repair(byte repairs, ref VirtioNetHeader header, Span<byte> packet)
    {
        bool Is(int bit) => (repairs >> bit & 1) != 0;
        if (packet.Length < 60)
            return;
        if (Is(0) && packet[0] >> 4 != 6)
            packet[0] = (byte)(0x40 | Math.Max(packet[0] & 15, 5));
        bool isIPv6 = PlainPacket.IsIPv6(packet);
        if (Is(1))
            BinaryPrimitives.WriteUInt16BigEndian(
                packet[(isIPv6 ? 4 : 2)..],
                (ushort)(packet.Length - (isIPv6 ? 40 : 0))
            );
        if (Is(2) && PlainPacket.Protocol(packet) is not (PlainPacket.Tcp or PlainPacket.Udp))
            packet[isIPv6 ? 6 : 9] = packet[isIPv6 ? 6 : 9] % 2 == 0 ? PlainPacket.Tcp : PlainPacket.Udp;
        if (Is(3) && header.Segmentation != VirtioNetSegmentation.None)
            header.Segmentation = PlainPacket.KindOf(packet) | header.Segmentation & VirtioNetSegmentation.Ecn;
        if (Is(4))
            header.Checksum = VirtioNetChecksum.Needed;
        if (Is(5))
            header.ChecksumStart = (ushort)PlainPacket.HeaderLength(packet);
        if (Is(6))
            header.ChecksumOffset = (ushort)PlainPacket.ChecksumOffset(PlainPacket.Protocol(packet));
        if (Is(7) && !isIPv6)
            packet[6] = packet[7] = 0;
    }

    List<byte[]> Make(PacketSegments segments, Observation seen)
    {
        List<byte[]> made = [];
        for (int i = 0; i < segments.Count; i++)
        {
            int length;
            using (seen.Measure())
                length = segments.CopyTo(i, _segment);
            Rule.Same(segments.Length(i), length, "a segment is as long as was said");
            Rule.Holds(length <= segments.LongestLength, "no segment is longer than the longest");
            made.Add(_segment[..length]);
        }
        return made;
    }

    static void CheckConserved(VirtioNetHeader header, byte[] packet, List<byte[]> made)
    {
        int headers = made[0].Length - Math.Min(header.SegmentSize, packet.Length);
        headers = made.Count == 1 ? 0 : headers;
        IEnumerable<byte> payload = made.Skip(1).SelectMany(segment => segment.Skip(headers));
        Rule.Same(packet.AsSpan(made[0].Length), payload.ToArray(), "segments have the packet's payload between them");
        Rule.Holds(made.All(segment => PlainPacket.LengthOf(segment) == segment.Length), "a segment is a whole packet");
    }

    /// <summary>Has the device send it, and opens what it sends.</summary>
    void Send(in VirtioNetHeader header, byte[] packet, List<byte[]> made)
    {
        Instant now = new(1_000_000_000_000);
        Span<byte> keys = stackalloc byte[64];
        keys.Fill(7);
        keys[32..].Fill(8);
        Session sender = new(_tunnel, _node.Index.Reserve(_tunnel), 2, true, now, keys[..32], keys[32..]);
        _receiver = new Session(_tunnel, 2, 1, false, now, keys[32..], keys[..32]);
        _tunnel.Slots.AddAsInitiator(sender);
        _opened.Clear();
        _path.Take(now, in header, packet);
        _path.Flush(now);
        _receiver.Retire();
        if (_opened.Count == 0 && !RoutingLoop.MayPass(packet, To, out _))
            return;
        Rule.Same(made.Count, _opened.Count, "all segments are sent");
        foreach ((byte[] segment, byte[] opened) in made.Zip(_opened))
        {
            Rule.Same(segment, opened.AsSpan(0, segment.Length), "a segment arrives as it was made");
            Rule.Holds(!opened.AsSpan(segment.Length).ContainsAnyExcept((byte)0), "padding is zero");
        }
    }

    void IRunOutput.Send(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, ReadOnlySpan<Session> sessions)
    {
        foreach (UdpRun run in runs)
        {
            Rule.Holds(
                run.Segments <= UdpRun.MaxSegments && run.Length <= UdpRun.MaxLength || run.Segments == 1,
                "a run is of bounded length"
            );
            for (int at = 0; at < run.Length; at += run.SegmentSize)
            {
                byte[] datagram = buffer.Slice(run.Offset + at, Math.Min(run.SegmentSize, run.Length - at)).ToArray();
                OpenResult result = _receiver!.Open(new Instant(1_000_000_000_000), datagram, out int length);
                Rule.Same(OpenResult.Opened, result, "what is sent can be opened");
                _opened.Add(datagram[DataMessage.HeaderLength..(DataMessage.HeaderLength + length)]);
            }
        }
    }

    void INodeOutput.Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass) =>
        throw new BrokenRuleException("a session that is there is used", "something else was sent");

    void IPacketSink.Write(in VirtioNetHeader header, ReadOnlySpan<byte> buffer, ReadOnlySpan<BufferSlice> slices) =>
        throw new BrokenRuleException("a packet for a peer is not unreachable", "it was");
}
