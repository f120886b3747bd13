using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>
/// A cookie reply of which anything is changed: an initiation with its proof follows at once when nothing was, else one
/// without it in its time; and the true one is taken all the same.
/// </summary>
/// <remarks>Input: switches, change of length, bits to turn.</remarks>
sealed class CookieTarget : ITarget
{
    const byte Afterwards = 1;
    const byte Twice = 2;
    const byte OtherLength = 4;

    readonly byte[] _genuine;

    public CookieTarget()
    {
        using TwoNodes nodes = new();
        nodes.DeliverToPeer(nodes.InitiateOwn(), TwoNodes.Load);
        _genuine = nodes.PeerSent.TakeOne();
    }

    public TargetShape Shape { get; } =
        new("cookie")
        {
            MaxLength = 160,
            BriefRuns = 900,
            Budget = new(64 << 10, 64),
            Words = [new byte[24], new byte[64], [1, 0, 0, 0], [1, 0], [2, 0], [0, 0]],
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        Message message = Message.Read(input, _genuine, OtherLength, out byte switches);
        bool Is(byte one) => (switches & one) != 0;

        using TwoNodes nodes = new();
        byte[] initiation = nodes.InitiateOwn();
        bool isTaken = message.HasItsLength && message.IsAsItWas(..);
        seen.Saw($"{isTaken} {message.IsOfItsKind} {Is(Afterwards)} {Is(Twice)}");
        for (int i = Is(Twice) ? 2 : 1; i > 0; i--)
            using (seen.Measure())
                nodes.DeliverToOwn(message.Bytes, Endpoint.V6(1, 1));
        if (Is(Afterwards))
            nodes.DeliverToOwn(_genuine, TwoNodes.PeerAddress);
        isTaken |= Is(Afterwards);
        if (!isTaken)
        {
            Rule.Same(0, nodes.OwnSent.Count, "what is not genuine sets nothing off");
            nodes.Advance(TimeSpan.FromSeconds(6));
            nodes.TickOwn();
        }
        byte[] next = nodes.OwnSent.TakeOne();
        bool hasProof = next.AsSpan(^16..).ContainsAnyExcept((byte)0);
        Rule.Same(isTaken, hasProof, "the next initiation carries proof when a genuine cookie came");
        if (!Is(Afterwards))
            return;
        // The peer makes its secret anew from its seed, so it has to be asked first, as it was.
        nodes.DeliverToPeer(initiation, TwoNodes.Load);
        Rule.Same(_genuine, nodes.PeerSent.TakeOne(), "the same seed gives the same message");
        nodes.DeliverToPeer(next, TwoNodes.Load);
        Rule.Same(
            DatagramKind.Response,
            Datagram.KindOf(nodes.PeerSent.TakeOne()),
            "a peer under load takes the proof"
        );
    }
}
