using System.Buffers.Binary;

namespace Weft.Fuzz.Targets;

/// <summary>Reads an input as a script: numbers and pieces, zeros and nothing once it is used up.</summary>
ref struct InputReader(ReadOnlySpan<byte> input)
{
    ReadOnlySpan<byte> _rest = input;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte()
    {
        ReadOnlySpan<byte> one = Take(1);
        return one.IsEmpty ? (byte)0 : one[0];
    }

    public ushort UInt16()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public uint UInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public ulong UInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>As many bytes as are left, at most so many.</summary>
    public ReadOnlySpan<byte> Take(int most)
    {
        ReadOnlySpan<byte> taken = _rest[..Math.Min(most, _rest.Length)];
        _rest = _rest[taken.Length..];
        return taken;
    }

    public void Fill(scoped Span<byte> bytes)
    {
        bytes.Clear();
        Take(bytes.Length).CopyTo(bytes);
    }
}
