using Weft.Crypto;
using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>
/// Data messages of one session in any order, repeated, forged, cut and late: each is opened once, when it is genuine, its
/// counter is within reach and the session is young enough, and gives back what was sealed.
/// </summary>
/// <remarks>Input: a script of messages, each an operation and its arguments.</remarks>
sealed class DataTarget : ITarget
{
    const int MostMessages = 400;

    readonly Node _node = new(new SeededEntropy(3));
    readonly Tunnel _tunnel;

    public DataTarget() => _tunnel = _node.AddPeer(new PublicKey(new byte[32]))!;

    public TargetShape Shape { get; } =
        new("data")
        {
            MaxLength = 2048,
            BriefRuns = 3500,
            Budget = new(64 << 10, 600),
            Words =
            [
                [0, 0],
                [0, 20],
                [1, 0, 32],
                [1, 255, 255],
                [2, 0, 0, 0, 0, 0, 0, 0, 0],
                [2, 0xFF, 0xDF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
                [2, 0xFE, 0xDF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
                [2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
                [3, 0],
                [4, 0, 0, 1],
                [5, 32],
                [6, 31],
                [7, 89],
            ],
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        Instant now = new(1_000_000_000_000);
        Span<byte> keys = stackalloc byte[64];
        keys.Fill(7);
        keys[32..].Fill(8);
        using Session sender = new(_tunnel, 1, 2, true, now, keys[..32], keys[32..]);
        using Session receiver = new(_tunnel, 2, 1, false, now, keys[32..], keys[..32]);
        Model model = new();
        List<Sealed> sent = [];
        ulong counter = 0;
        TimeSpan age = TimeSpan.Zero;
        InputReader script = new(input);
        for (int i = 0; i < MostMessages && !script.IsAtEnd; i++)
        {
            Sealed next;
            switch (script.Byte() % 8)
            {
                case 0:
                    sent.Add(next = Seal(sender, counter++, script.Take(script.Byte())));
                    break;
                case 1:
                    counter += script.UInt16();
                    sent.Add(next = Seal(sender, counter, []));
                    break;
                case 2:
                    counter = script.UInt64();
                    sent.Add(next = Seal(sender, counter, [1]));
                    break;
                case 3 when sent.Count > 0:
                    next = sent[script.Byte() % sent.Count];
                    break;
                case 4 when sent.Count > 0:
                    next = Forge(sent[script.Byte() % sent.Count], script.UInt16(), script.Byte());
                    break;
                case 5:
                    byte[] junk = new byte[script.Byte()];
                    script.Fill(junk);
                    next = new Sealed(junk, null);
                    break;
                case 6 when sent.Count > 0:
                    byte[] whole = sent[^1].Datagram;
                    next = new Sealed(whole[..Math.Min(script.Byte(), whole.Length - 1)], null);
                    break;
                default:
                    age += TimeSpan.FromSeconds(script.Byte());
                    continue;
            }
            Open(receiver, now, age, next, model, seen);
        }
        seen.Saw("opened", model.Opened);
    }

    public void Dispose() => _node.Dispose();

    static Sealed Seal(Session session, ulong counter, ReadOnlySpan<byte> packet)
    {
        byte[] datagram = new byte[Session.DatagramLength(packet.Length, 1420)];
        Rule.Same(datagram.Length, session.Seal(counter, packet, datagram, 1420), "a packet is sealed");
        byte[] padded = new byte[datagram.Length - DataMessage.MinimumLength];
        packet.CopyTo(padded);
        return new Sealed(datagram, padded);
    }

    static Sealed Forge(Sealed genuine, int at, byte bits)
    {
        byte[] datagram = [.. genuine.Datagram];
        at %= datagram.Length;
        datagram[at] ^= bits;
        // The index only leads to the session.
        bool isGenuine = bits == 0 || at is >= 4 and < 8;
        return new Sealed(datagram, isGenuine ? genuine.Packet : null);
    }

    void Open(Session session, Instant born, TimeSpan age, Sealed message, Model model, Observation seen)
    {
        byte[] bytes = [.. message.Datagram];
        if (Datagram.KindOf(bytes) != DatagramKind.Data)
        {
            Rule.Holds(message.Packet is null, "what is genuine is told as data");
            seen.Saw("no data");
            return;
        }
        // These sessions are in no node's index.
        Rule.Holds(_node.FindSession(bytes) is null, "an index leads to its own session");
        OpenResult result;
        int length;
        using (seen.Measure())
            result = session.Open(born + age, bytes, out length);
        seen.Saw($"{result}", length);
        ulong counter = new DataMessage(message.Datagram).Counter;
        bool isOpened = message.Packet is not null && age < TimeSpan.FromSeconds(180) && model.TryAccept(counter);
        Rule.Same(isOpened, result == OpenResult.Opened, "what is genuine and new is opened, and nothing else");
        if (isOpened)
            Rule.Same(message.Packet, bytes.AsSpan(DataMessage.HeaderLength, length), "what was sealed comes out");
    }

    /// <param name="Packet">What is in it, padding included; null when it is not genuine.</param>
    readonly record struct Sealed(byte[] Datagram, byte[]? Packet);

    /// <summary>Which counters have come: all of them, kept in a set.</summary>
    sealed class Model
    {
        readonly HashSet<ulong> _seen = [];
        ulong _greatest;

        public int Opened => _seen.Count;

        public bool TryAccept(ulong counter)
        {
            if (counter >= ulong.MaxValue - (1 << 13))
                return false;
            if (counter < _greatest && _greatest - counter > ReplayWindow.Reach)
                return false;
            if (!_seen.Add(counter))
                return false;
            _greatest = Math.Max(_greatest, counter);
            return true;
        }
    }
}
