using System.Buffers.Binary;

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

    // r1's low two bits are clear, so r1·2⁶⁴·2⁶⁴ = (r1 / 4)·2¹³⁰ = (r1 / 4)·5.
    readonly ulong _s1;
    readonly ulong _pad0;
    readonly ulong _pad1;
    ulong _h0;
    ulong _h1;
    ulong _h2;

    internal Poly1305(ReadOnlySpan<byte> key)
    {
        _r0 = BinaryPrimitives.ReadUInt64LittleEndian(key) & 0x0ffffffc0fffffff;
        _r1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]) & 0x0ffffffc0ffffffc;
        _s1 = _r1 + (_r1 >> 2);
        _pad0 = BinaryPrimitives.ReadUInt64LittleEndian(key[16..]);
        _pad1 = BinaryPrimitives.ReadUInt64LittleEndian(key[24..]);
    }

    /// <summary>Takes in whole blocks, and what remains padded with zeros to one: the AEAD's framing (section 2.8).</summary>
    internal void UpdatePadded(ReadOnlySpan<byte> data)
    {
        int whole = data.Length & ~(BlockLength - 1);
        Blocks(data[..whole]);
        if (whole == data.Length)
            return;
        Span<byte> last = stackalloc byte[BlockLength];
        last.Clear();
        data[whole..].CopyTo(last);
        Blocks(last);
    }

    /// <summary>Takes in the block that ends an AEAD's input: both lengths, in bytes.</summary>
    internal void UpdateLengths(int associated, int ciphertext) => Add((ulong)associated, (ulong)ciphertext, 1);

    /// <summary>Takes in the end of a plain message: a one bit follows the last of fewer than 16 bytes.</summary>
    internal void UpdateLast(ReadOnlySpan<byte> data)
    {
        Span<byte> last = stackalloc byte[BlockLength];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 1;
        Add(BinaryPrimitives.ReadUInt64LittleEndian(last), BinaryPrimitives.ReadUInt64LittleEndian(last[8..]), 0);
    }

    /// <summary>Takes in whole blocks.</summary>
    internal void Blocks(ReadOnlySpan<byte> data)
    {
        for (; data.Length >= BlockLength; data = data[BlockLength..])
            Add(BinaryPrimitives.ReadUInt64LittleEndian(data), BinaryPrimitives.ReadUInt64LittleEndian(data[8..]), 1);
    }

    /// <summary>Writes the 16-byte tag.</summary>
    internal readonly void Finish(Span<byte> tag)
    {
        // h - p = h + 5 - 2¹³⁰ where that isn't negative, chosen by mask.
        UInt128 low = new(_h1, _h0);
        UInt128 reduced = low + 5;
        ulong carry = reduced < low ? 1UL : 0;
        ulong over = 0 - ((_h2 + carry) >> 2);
        UInt128 mask = new(over, over);
        UInt128 sum = ((reduced & mask) | (low & ~mask)) + new UInt128(_pad1, _pad0);
        BinaryPrimitives.WriteUInt128LittleEndian(tag, sum);
    }

    /// <summary>h = (h + block) · r mod 2¹³⁰ − 5, partly reduced.</summary>
    void Add(ulong low, ulong high, ulong top)
    {
        UInt128 t = (UInt128)_h0 + low;
        ulong h0 = (ulong)t;
        t = (UInt128)_h1 + high + (ulong)(t >> 64);
        ulong h1 = (ulong)t;
        ulong h2 = _h2 + (ulong)(t >> 64) + top;

        UInt128 d0 = Product(h0, _r0) + Product(h1, _s1);
        UInt128 d1 = Product(h0, _r1) + Product(h1, _r0) + h2 * _s1 + (ulong)(d0 >> 64);
        ulong d2 = h2 * _r0 + (ulong)(d1 >> 64);

        t = (UInt128)(ulong)d0 + ((d2 >> 2) + (d2 & ~3UL));
        _h0 = (ulong)t;
        t = (UInt128)(ulong)d1 + (ulong)(t >> 64);
        _h1 = (ulong)t;
        _h2 = (d2 & 3) + (ulong)(t >> 64);
    }

    static UInt128 Product(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return new UInt128(high, low);
    }
}
