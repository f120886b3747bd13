using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>
/// A response of which anything is changed: it completes the handshake when the parts that matter are as they were; else
/// nothing comes of it, and the true one completes the handshake all the same.
/// </summary>
/// <remarks>Input: switches, change of length, bits to turn.</remarks>
sealed class ResponseTarget : ITarget
{
    const byte Signed = 1;
    const byte UnderLoad = 2;
    const byte Afterwards = 4;
    const byte OtherLength = 8;

    readonly byte[] _genuine;

    public ResponseTarget()
    {
        using TwoNodes nodes = new();
        nodes.DeliverToPeer(nodes.InitiateOwn());
        _genuine = nodes.PeerSent.TakeOne();
    }

    public TargetShape Shape { get; } =
        new("response")
        {
            MaxLength = 256,
            BriefRuns = 1200,
            Budget = new(64 << 10, 64),
            Words = [new byte[12], new byte[60], [1, 0, 0, 0], [1, 0], [5, 0], [2, 0]],
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        Message message = Message.Read(input, _genuine, OtherLength, out byte switches);
        bool Is(byte one) => (switches & one) != 0;

        using TwoNodes nodes = new();
        byte[] initiation = nodes.InitiateOwn();
        if (Is(Signed) && message.HasItsLength)
            message.Sign(nodes.Own.PublicKey!.Value);
        bool isAdmitted = message.IsOfItsKind && (Is(Signed) || message.IsAsItWas(0..76));
        bool completes = isAdmitted && !Is(UnderLoad) && message.IsAsItWas(8..60);
        seen.Saw($"{completes} {isAdmitted} {Is(Signed)} {Is(UnderLoad)} {Is(Afterwards)}");
        using (seen.Measure())
            nodes.DeliverToOwn(message.Bytes, TwoNodes.PeerAddress, Is(UnderLoad) ? TwoNodes.Load : 1);
        if (completes)
        {
            byte[] data = nodes.OwnSent.TakeOne();
            Rule.Same(DatagramKind.Data, Datagram.KindOf(data), "what waited is sent at once");
            Rule.Same(message.Bytes.AsSpan(4, 4), data.AsSpan(4, 4), "data names the sender's index");
            return;
        }
        if (isAdmitted && Is(UnderLoad))
        {
            byte[] cookie = nodes.OwnSent.TakeOne();
            Rule.Same(DatagramKind.Cookie, Datagram.KindOf(cookie), "under load there is a cookie");
            Rule.Same(message.Bytes.AsSpan(4, 4), cookie.AsSpan(4, 4), "a cookie names the sender's index");
        }
        Rule.Same(0, nodes.OwnSent.Count, "what is not genuine gets no answer");
        if (Is(Afterwards))
            CheckTrueOne(nodes, initiation);
    }

    void CheckTrueOne(TwoNodes nodes, byte[] initiation)
    {
        nodes.Advance(TimeSpan.FromSeconds(2));
        nodes.DeliverToPeer(initiation);
        byte[] response = nodes.PeerSent.TakeOne();
        Rule.Same(_genuine, response, "the same seed gives the same message");
        nodes.DeliverToOwn(response, TwoNodes.PeerAddress);
        byte[] data = nodes.OwnSent.TakeOne();
        Rule.Holds(nodes.OpenAtPeer(data, out int length) == OpenResult.Opened && length > 0, "the true one completes");
    }
}
