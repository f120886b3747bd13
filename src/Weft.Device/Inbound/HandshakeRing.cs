using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// A bounded queue of copies of handshake messages, which drops what does not fit. Several writers, one reader; its
/// memory is taken once. Part of a <see cref="HandshakeQueue"/>.
/// </summary>
sealed class HandshakeRing(int capacity)
{
    readonly Lock _lock = new();
    readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity * Datagram.LongestHandshake);
    readonly int[] _lengths = new int[capacity];
    readonly Endpoint[] _from = new Endpoint[capacity];
    int _first;
    volatile int _count;

    /// <summary>Messages that wait. No lock.</summary>
    public int Count => _count;

    /// <summary>False when the ring is full; the message is lost then.</summary>
    /// <param name="datagram">At most an initiation's length.</param>
    public bool TryWrite(ReadOnlySpan<byte> datagram, in Endpoint from)
    {
        lock (_lock)
        {
            if (_count == capacity)
                return false;
            int index = (_first + _count) % capacity;
            datagram.CopyTo(_bytes.AsSpan(index * Datagram.LongestHandshake, Datagram.LongestHandshake));
            _lengths[index] = datagram.Length;
            _from[index] = from;
            _count++;
            return true;
        }
    }

    /// <summary>Takes the oldest message; false when there is none.</summary>
    /// <param name="datagram">At least an initiation's length; its first <paramref name="length"/> bytes are filled.</param>
    public bool TryRead(Span<byte> datagram, out int length, out Endpoint from)
    {
        lock (_lock)
        {
            length = 0;
            from = default;
            if (_count == 0)
                return false;
            length = _lengths[_first];
            from = _from[_first];
            _bytes.AsSpan(_first * Datagram.LongestHandshake, length).CopyTo(datagram);
            _first = (_first + 1) % capacity;
            _count--;
            return true;
        }
    }
}
