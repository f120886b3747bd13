using System.Buffers.Binary;
using System.Diagnostics;

namespace Weft.Crypto;

/// <summary>
/// The Poly1305 one-time authenticator (RFC 8439 section 2.5) in words of 64 bits: the accumulator is h0 + 2⁶⁴·h1 + 2¹²⁸·h2
/// with h2 kept below 8, and 2¹³⁰ = 5 folds what overflows. Lives on the stack for one message.
/// </summary>
struct Poly1305
{
    internal const int KeyLength = 32;
    internal const int TagLength = 16;
    internal const int BlockLength = 16;

    readonly ulong _r0;
    readonly ulong _r1;
    readonly UInt128 _pad;
    ulong _h0;
    ulong _h1;
    ulong _h2;

    internal Poly1305(ReadOnlySpan<byte> key)
    {
        _r0 = BinaryPrimitives.ReadUInt64LittleEndian(key) & 0x0ffffffc0fffffff;
        _r1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]) & 0x0ffffffc0ffffffc;
        _pad = BinaryPrimitives.ReadUInt128LittleEndian(key[16..]);
    }

    /// <summary>The multiplier.</summary>
    internal readonly Poly1305Number R => new(_r0, _r1, 0);

    /// <summary>The accumulator.</summary>
    internal Poly1305Number Sum
    {
        readonly get => new(_h0, _h1, _h2);
        set => (_h0, _h1, _h2) = (value.W0, value.W1, value.W2);
    }

    /// <summary>Takes in whole blocks.</summary>
    internal void Blocks(ReadOnlySpan<byte> data)
    {
        Debug.Assert(data.Length % BlockLength == 0);
        for (; data.Length >= BlockLength; data = data[BlockLength..])
            Add(BinaryPrimitives.ReadUInt64LittleEndian(data), BinaryPrimitives.ReadUInt64LittleEndian(data[8..]), 1);
    }

    /// <summary>Takes in fewer than 16 bytes, padded with zeros, unless there are none: the AEAD's framing (section 2.8).</summary>
    internal void Padded(ReadOnlySpan<byte> data)
    {
        if (!data.IsEmpty)
            Last(data, default, 1);
    }

    /// <summary>Takes in the block that ends an AEAD's input: both lengths, in bytes.</summary>
    internal void Lengths(int associated, int ciphertext) => Add((ulong)associated, (ulong)ciphertext, 1);

    /// <summary>Takes in the end of a plain message, fewer than 16 bytes; a one bit follows them (section 2.5).</summary>
    internal void End(ReadOnlySpan<byte> data)
    {
        if (!data.IsEmpty)
            Last(data, 1, 0);
    }

    /// <summary>Writes the 16-byte tag.</summary>
    internal readonly void Finish(Span<byte> tag) => BinaryPrimitives.WriteUInt128LittleEndian(tag, Finish());

    /// <summary>Whether that is the tag, found out in the same time for any.</summary>
    internal readonly bool IsTag(ReadOnlySpan<byte> tag)
    {
        UInt128 difference = Finish() ^ BinaryPrimitives.ReadUInt128LittleEndian(tag);
        return ((ulong)difference | (ulong)(difference >> 64)) == 0;
    }

    readonly UInt128 Finish()
    {
        // h - p = h + 5 - 2¹³⁰ where that isn't negative, chosen by mask.
        UInt128 low = new(_h1, _h0);
        UInt128 reduced = low + 5;
        ulong carry = reduced < low ? 1UL : 0;
        ulong over = 0 - ((_h2 + carry) >> 2);
        UInt128 mask = new(over, over);
        return ((reduced & mask) | (low & ~mask)) + _pad;
    }

    /// <summary>Takes in fewer than 16 bytes and the byte after them; zeros follow.</summary>
    // Put together in registers: a block that is written in pieces and read whole at once makes the processor wait.
    void Last(ReadOnlySpan<byte> data, byte after, ulong top)
    {
        ulong low;
        ulong high = 0;
        if (data.Length >= sizeof(ulong))
        {
            int rest = data.Length - sizeof(ulong);
            low = BinaryPrimitives.ReadUInt64LittleEndian(data);
            // In two steps: shifting by a whole word would shift by nothing.
            high = BinaryPrimitives.ReadUInt64LittleEndian(data[rest..]) >> 1 >> (63 - 8 * rest);
            high |= (ulong)after << (8 * rest);
        }
        else
        {
            low = (ulong)after << (8 * data.Length);
            for (int i = 0; i < data.Length; i++)
                low |= (ulong)data[i] << (8 * i);
        }
        Add(low, high, top);
    }

    /// <summary>h = (h + block) · r mod 2¹³⁰ − 5, partly reduced.</summary>
    void Add(ulong low, ulong high, ulong top)
    {
        ulong h0 = _h0 + low;
        ulong carry = Carry(h0, low);
        ulong h1 = _h1 + high;
        ulong h2 = _h2 + top + Carry(h1, high);
        h1 += carry;
        h2 += Carry(h1, carry);

        // r1's low two bits are clear, so that r1·2⁶⁴·2⁶⁴ = (r1 / 4)·2¹³⁰ = (r1 / 4)·5.
        ulong s1 = _r1 + (_r1 >> 2);
        ulong p0High = Math.BigMul(h0, _r0, out ulong p0);
        ulong q0High = Math.BigMul(h1, s1, out ulong q0);
        ulong p1High = Math.BigMul(h0, _r1, out ulong p1);
        ulong q1High = Math.BigMul(h1, _r0, out ulong q1);
        p0 += q0;
        p0High += q0High + Carry(p0, q0);
        p1 += q1;
        p1High += q1High + Carry(p1, q1);
        // h2 is below 8 and r0, r1 below 2⁶⁰, so that these stay within a word.
        p0High += h2 * s1;
        p1 += p0High;
        p1High += Carry(p1, p0High);
        ulong p2 = h2 * _r0 + p1High;

        ulong fold = (p2 >> 2) + (p2 & ~3UL);
        _h0 = p0 + fold;
        carry = Carry(_h0, fold);
        _h1 = p1 + carry;
        _h2 = (p2 & 3) + Carry(_h1, carry);
    }

    /// <summary>Whether a sum has gone round, as one or zero; one of the addends tells.</summary>
    static ulong Carry(ulong sum, ulong addend) => sum < addend ? 1UL : 0;
}
