using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>Takes packets from the TUN in batches: what is there is read and sealed, then sent with as few calls as can be. The packet thread's.</summary>
sealed class TunSource(TunDevice tun, OutboundPath path, ControlWake wake)
{
    /// <summary>The largest packet that a TUN hands over: all of IPv6's payload.</summary>
    public const int LongestPacket = ushort.MaxValue + TransportOffsets.V6HeaderLength;

    /// <summary>
    /// Packets and bytes of one batch: beyond that, what was read first waits too long, and so does what comes in. Much less
    /// costs more: a call that follows another of its kind finds the kernel's code and data at hand.
    /// </summary>
    const int MaxReads = 64;
    const int MaxBytes = 256 << 10;

    readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(VirtioNetHeader.Size + LongestPacket, pinned: true);

    /// <summary>Readable when a packet waits, or the TUN is no more.</summary>
    public Descriptor Descriptor => tun.Descriptor;

    /// <summary>Takes what is there until the batch is full. Does not wait. False when the TUN is no more.</summary>
    public bool TakeBatch(Instant now)
    {
        bool wanted = false;
        int bytes = 0;
        TunStatus status = TunStatus.Done;
        for (int reads = 0; reads < MaxReads && bytes < MaxBytes && status == TunStatus.Done; reads++)
        {
            status = tun.Read(_buffer, out int length);
            if (status == TunStatus.Done && length > VirtioNetHeader.Size)
                wanted |= path.Take(now, VirtioNetHeader.Read(_buffer), _buffer.AsSpan()[VirtioNetHeader.Size..length]);
            bytes += length;
        }
        wanted |= path.Flush(now);
        if (wanted)
            wake.Signal();
        return status != TunStatus.Gone;
    }
}
