using System.Buffers.Binary;
using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>
/// An initiation of which anything is changed: answered when the parts that matter are as they were, with a cookie when
/// its sender proves nothing under load, else not at all; and the true one is answered all the same.
/// </summary>
/// <remarks>Input: switches, change of length, bits to turn.</remarks>
sealed class InitiationTarget : ITarget
{
    const byte Signed = 1;
    const byte UnderLoad = 2;
    const byte Twice = 4;
    const byte FromV6 = 8;
    const byte Afterwards = 16;
    const byte OtherLength = 32;

    readonly byte[] _genuine;

    public InitiationTarget()
    {
        using TwoNodes nodes = new();
        _genuine = nodes.InitiatePeer();
    }

    public TargetShape Shape { get; } =
        new("initiation")
        {
            MaxLength = 256,
            BriefRuns = 1500,
            Budget = new(64 << 10, 64),
            Words = [new byte[32], new byte[116], [1, 0, 0, 0], [1, 0], [16, 0], [3, 0]],
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        Message message = Message.Read(input, _genuine, OtherLength, out byte switches);
        bool Is(byte one) => (switches & one) != 0;

        using TwoNodes nodes = new();
        if (Is(Signed) && message.HasItsLength)
            message.Sign(nodes.Own.PublicKey!.Value);
        Endpoint from = Is(FromV6) ? Endpoint.V6(UInt128.MaxValue, 7) : Endpoint.V4(0xC6336401, 7);
        int queued = Is(UnderLoad) ? TwoNodes.Load : 1;
        DatagramKind wanted = Wanted(message, Is(Signed), Is(UnderLoad));
        seen.Saw($"{wanted} {message.IsOfItsKind} {Is(Signed)} {Is(UnderLoad)} {Is(Twice)}");
        for (int i = Is(Twice) ? 2 : 1; i > 0; i--)
        {
            using (seen.Measure())
                nodes.DeliverToOwn(message.Bytes, from, queued);
            CheckAnswer(nodes.OwnSent, message, wanted, from);
            CheckState(nodes, wanted, from);
            nodes.Advance(TimeSpan.FromMilliseconds(25));
            // The second time it is a replay.
            wanted = wanted == DatagramKind.Response ? DatagramKind.None : wanted;
        }
        if (Is(Afterwards))
            CheckTrueOne(nodes);
    }

    static DatagramKind Wanted(Message message, bool isSigned, bool isUnderLoad)
    {
        if (!message.IsOfItsKind || !(isSigned || message.IsAsItWas(0..132)))
            return DatagramKind.None;
        if (isUnderLoad)
            return DatagramKind.Cookie;
        return message.IsAsItWas(8..116) ? DatagramKind.Response : DatagramKind.None;
    }

    static void CheckAnswer(TwoNodes.Outbox sent, Message message, DatagramKind wanted, Endpoint from)
    {
        if (wanted == DatagramKind.None)
        {
            Rule.Same(0, sent.Count, "what is not genuine gets no answer");
            return;
        }
        (byte[] answer, Endpoint to) = sent.Take();
        Rule.Same(0, sent.Count, "there is one answer");
        Rule.Same(wanted, Datagram.KindOf(answer), "the answer is of the right kind");
        Rule.Same(from, to, "the answer goes where the message came from");
        Rule.Holds(answer.Length < message.Bytes.Length, "the answer is no longer than the message");
        int receiver = wanted == DatagramKind.Cookie ? 4 : 8;
        Rule.Same(message.Bytes.AsSpan(4, 4), answer.AsSpan(receiver, 4), "the answer names the sender's index");
    }

    static void CheckState(TwoNodes nodes, DatagramKind wanted, Endpoint from)
    {
        if (wanted == DatagramKind.Response)
        {
            Rule.Holds(nodes.ToPeer.TryGetEndpoint(out Endpoint now) && now == from, "a genuine message roams");
            return;
        }
        Rule.Holds(nodes.Own.Index.Count <= 1, "no session comes of it", $"{nodes.Own.Index.Count}");
    }

    /// <summary>A new initiation of the peer is answered, and what it says then is understood.</summary>
    void CheckTrueOne(TwoNodes nodes)
    {
        byte[] first = nodes.InitiatePeer();
        Rule.Same(
            BinaryPrimitives.ReadUInt32LittleEndian(_genuine.AsSpan(4)),
            BinaryPrimitives.ReadUInt32LittleEndian(first.AsSpan(4)),
            "the same seed gives the same message"
        );
        nodes.Advance(TimeSpan.FromSeconds(6));
        nodes.TickPeer();
        byte[] initiation = nodes.PeerSent.TakeOne();
        nodes.DeliverToOwn(initiation, TwoNodes.PeerAddress);
        nodes.DeliverToPeer(nodes.OwnSent.TakeOne());
        byte[] data = nodes.PeerSent.TakeOne();
        Session? session = nodes.Own.FindSession(data);
        Rule.Holds(
            session?.Open(nodes.Now, data, out _) == OpenResult.Opened,
            "a genuine handshake succeeds afterwards"
        );
    }
}
