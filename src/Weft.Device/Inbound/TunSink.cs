using Microsoft.Extensions.Logging;
using Weft.Linux;

namespace Weft.Device;

/// <summary>The TUN as the place where opened packets go. All paths share it.</summary>
sealed class TunSink(TunDevice tun, ILogger logger) : IPacketSink
{
    volatile bool _takesSuperPackets = true;

    /// <summary>What may be joined: nothing any more once the kernel has refused a super-packet.</summary>
    public TunOffloads Offloads => _takesSuperPackets ? tun.Offloads : TunOffloads.None;

    public void Write(in VirtioNetHeader header, ReadOnlySpan<byte> buffer, ReadOnlySpan<BufferSlice> slices)
    {
        // Down or gone: the packet is lost, and the control thread hears of it by other ways.
        TunStatus status = tun.Write(in header, buffer, slices);
        if (status == TunStatus.Refused && slices.Length > 1 && _takesSuperPackets)
        {
            _takesSuperPackets = false;
            Log.MergingOff(logger);
        }
    }
}
