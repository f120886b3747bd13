using Weft.Crypto;
using Weft.Protocol;

namespace Weft.Fuzz.Targets;

/// <summary>
/// A genuine message of the protocol with some of its bits turned, and perhaps cut or lengthened: what an attacker can
/// make of it. Knows which parts are as they were, from which follows what must become of it.
/// </summary>
sealed class Message
{
    readonly byte[] _genuine;

    /// <param name="mask">Bits to turn; what it is too short for stays.</param>
    /// <param name="lengthChange">Bytes to add, or to take away.</param>
    Message(byte[] genuine, ReadOnlySpan<byte> mask, int lengthChange)
    {
        _genuine = genuine;
        Bytes = new byte[Math.Max(0, genuine.Length + lengthChange)];
        genuine.AsSpan(0, Math.Min(genuine.Length, Bytes.Length)).CopyTo(Bytes);
        for (int i = 0; i < Math.Min(mask.Length, Bytes.Length); i++)
            Bytes[i] ^= mask[i];
    }

    /// <summary>What an input makes of a message: switches, a change of its length, bits to turn.</summary>
    /// <param name="otherLength">The switch without which the length stays.</param>
    public static Message Read(ReadOnlySpan<byte> input, byte[] genuine, byte otherLength, out byte switches)
    {
        InputReader script = new(input);
        switches = script.Byte();
        int lengthChange = (sbyte)script.Byte();
        return new Message(genuine, script.Take(genuine.Length), (switches & otherLength) != 0 ? lengthChange : 0);
    }

    public byte[] Bytes { get; }

    public bool HasItsLength => Bytes.Length == _genuine.Length;

    /// <summary>Whether the length and the first word still say what it is.</summary>
    public bool IsOfItsKind => HasItsLength && IsAsItWas(0..4);

    public bool IsAsItWas(Range part) => Bytes.AsSpan(part).SequenceEqual(_genuine.AsSpan(part));

    /// <summary>Computes mac1 anew: everybody who knows the receiver's public key can.</summary>
    public void Sign(PublicKey receiver)
    {
        Span<byte> key = stackalloc byte[MacKeys.Length];
        MacKeys.DeriveMac1(receiver, key);
        Macs macs = new(Bytes);
        Blake2s.Mac(key, macs.UnderMac1, macs.Mac1);
    }
}
