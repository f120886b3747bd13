using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Tells a sender on this host that its packet has nowhere to go, at most so many times a second: who floods into the void
/// need not be told each time. The packet thread's.
/// </summary>
sealed class UnreachableReplies(IPacketSink sink)
{
    /// <summary>Replies that may follow one another at once, and come back in a second.</summary>
    const int PerSecond = 100;

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1) / PerSecond;

    readonly byte[] _reply = new byte[UnreachableMessage.MaxLength];

    /// <summary>When the bucket was, or will be, full.</summary>
    Instant _full;

    public void Send(Instant now, ReadOnlySpan<byte> packet)
    {
        if (_full < now)
            _full = now;
        if (_full - now > Interval * PerSecond)
            return;
        int length = UnreachableMessage.Write(packet, _reply);
        if (length == 0)
            return;
        _full += Interval;
        BufferSlice slice = new(0, length);
        sink.Write(default, _reply, new ReadOnlySpan<BufferSlice>(in slice));
    }
}
