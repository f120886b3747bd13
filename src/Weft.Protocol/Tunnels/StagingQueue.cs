using System.Diagnostics.CodeAnalysis;

namespace Weft.Protocol;

/// <summary>
/// Packets that wait for a session: at most 128 and at most 256 KiB, the oldest dropped first. A tunnel owns it and uses
/// it under its staging lock; only <see cref="IsEmpty"/> is for any thread.
/// </summary>
sealed class StagingQueue
{
    internal const int MaximumPackets = 128;

    /// <summary>128 packets of 1500 bytes fit; of jumbo frames, fewer.</summary>
    internal const int MaximumBytes = 256 * 1024;

    readonly Queue<byte[]> _packets = new();
    int _bytes;
    volatile int _count;

    internal bool IsEmpty => _count == 0;

    internal int Count => _count;

    internal int Bytes => _bytes;

    /// <summary>Copies the packet, dropping what is too much for the bounds.</summary>
    internal void Add(ReadOnlySpan<byte> packet)
    {
        if (packet.Length > MaximumBytes)
            return;
        while (_packets.Count == MaximumPackets || _bytes + packet.Length > MaximumBytes)
            RemoveFirst();
        _packets.Enqueue(packet.ToArray());
        _bytes += packet.Length;
        _count = _packets.Count;
    }

    internal bool TryPeek([NotNullWhen(true)] out byte[]? packet) => _packets.TryPeek(out packet);

    internal void RemoveFirst()
    {
        _bytes -= _packets.Dequeue().Length;
        _count = _packets.Count;
    }

    internal void Clear()
    {
        _packets.Clear();
        _packets.TrimExcess();
        _bytes = 0;
        _count = 0;
    }
}
