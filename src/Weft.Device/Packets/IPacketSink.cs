using Weft.Linux;

namespace Weft.Device;

/// <summary>Where opened packets go: the TUN in the device, a list in tests.</summary>
interface IPacketSink
{
    /// <summary>Takes one packet or super-packet, or loses it.</summary>
    /// <param name="buffer">Valid during the call only.</param>
    /// <param name="slices">The packet's pieces in <paramref name="buffer"/>, in order.</param>
    void Write(in VirtioNetHeader header, ReadOnlySpan<byte> buffer, ReadOnlySpan<BufferSlice> slices);
}
