using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Handshake messages on their way from the receiving threads to the control thread: a bounded queue of copies, which
/// drops what does not fit. Several writers, one reader; its memory is taken once.
/// </summary>
sealed class HandshakeRing
{
    /// <summary>What a node reads its load from.</summary>
    public const int Capacity = Node.HandshakeQueueLength;

    readonly Lock _lock = new();
    readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Capacity * Datagram.LongestHandshake);
    readonly int[] _lengths = new int[Capacity];
    readonly Endpoint[] _from = new Endpoint[Capacity];
    int _first;
    int _count;

    /// <summary>Messages that wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    /// <summary>False when the ring is full; the message is lost then.</summary>
    /// <param name="datagram">At most an initiation's length.</param>
    public bool TryWrite(ReadOnlySpan<byte> datagram, in Endpoint from)
    {
        lock (_lock)
        {
            if (_count == Capacity)
                return false;
            int index = (_first + _count) % Capacity;
            datagram.CopyTo(_bytes.AsSpan(index * Datagram.LongestHandshake, Datagram.LongestHandshake));
            _lengths[index] = datagram.Length;
            _from[index] = from;
            _count++;
            return true;
        }
    }

    /// <summary>Takes the oldest message; false when there is none.</summary>
    /// <param name="datagram">At least an initiation's length; its first <paramref name="length"/> bytes are filled.</param>
    /// <param name="queued">Messages that waited, this one included.</param>
    public bool TryRead(Span<byte> datagram, out int length, out Endpoint from, out int queued)
    {
        lock (_lock)
        {
            length = 0;
            from = default;
            queued = _count;
            if (_count == 0)
                return false;
            length = _lengths[_first];
            from = _from[_first];
            _bytes.AsSpan(_first * Datagram.LongestHandshake, length).CopyTo(datagram);
            _first = (_first + 1) % Capacity;
            _count--;
            return true;
        }
    }
}
