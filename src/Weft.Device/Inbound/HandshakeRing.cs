using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// A bounded store of copies of handshake messages, the newest of which comes out first: where more come than can be
/// answered, those that are answered are still waited for, and who comes now does not stand behind all that came
/// before. What does not fit pushes out the oldest. Several writers, one reader; its memory is taken once. Part of a
/// <see cref="HandshakeQueue"/>.
/// </summary>
sealed class HandshakeRing(int capacity)
{
    readonly Lock _lock = new();
    readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity * Datagram.LongestHandshake);
    readonly int[] _lengths = new int[capacity];
    readonly Endpoint[] _from = new Endpoint[capacity];
    int _next;
    volatile int _count;

    /// <summary>Messages that wait. No lock.</summary>
    public int Count => _count;

    /// <param name="datagram">At most an initiation's length.</param>
    public void Write(ReadOnlySpan<byte> datagram, in Endpoint from)
    {
        lock (_lock)
        {
            datagram.CopyTo(_bytes.AsSpan(_next * Datagram.LongestHandshake, Datagram.LongestHandshake));
            _lengths[_next] = datagram.Length;
            _from[_next] = from;
            _next = (_next + 1) % capacity;
            _count = Math.Min(_count + 1, capacity);
        }
    }

    /// <summary>Takes the newest message; false when there is none.</summary>
    /// <param name="datagram">At least an initiation's length; its first <paramref name="length"/> bytes are filled.</param>
    public bool TryRead(Span<byte> datagram, out int length, out Endpoint from)
    {
        lock (_lock)
        {
            length = 0;
            from = default;
            if (_count == 0)
                return false;
            _next = (_next + capacity - 1) % capacity;
            length = _lengths[_next];
            from = _from[_next];
            _bytes.AsSpan(_next * Datagram.LongestHandshake, length).CopyTo(datagram);
            _count--;
            return true;
        }
    }
}
