namespace Weft.Fuzz;

/// <summary>An input in the making: bytes that can be cut, put in and written over, never beyond a length. Its mutator's.</summary>
sealed class Draft(int maxLength)
{
    readonly byte[] _bytes = new byte[maxLength];

    public int Length { get; private set; }

    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    public int Room => maxLength - Length;

    public void Set(ReadOnlySpan<byte> input)
    {
        Length = Math.Min(input.Length, maxLength);
        input[..Length].CopyTo(_bytes);
    }

    /// <summary>What does not fit is left out.</summary>
    public void Insert(int at, ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, Room)];
        Bytes[at..].CopyTo(_bytes.AsSpan(at + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(at));
        Length += bytes.Length;
    }

    public void Remove(int at, int count)
    {
        Bytes[(at + count)..].CopyTo(Bytes[at..]);
        Length -= count;
    }

    public void Replace(int at, int count, ReadOnlySpan<byte> bytes)
    {
        Remove(at, count);
        Insert(at, bytes);
    }

    public void Truncate(int length) => Length = Math.Min(length, Length);

    public byte[] ToArray() => Bytes.ToArray();
}
