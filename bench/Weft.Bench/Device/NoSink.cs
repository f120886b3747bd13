using Weft.Device;
using Weft.Linux;

namespace Weft.Bench.Device;

/// <summary>Where packets go that nobody wants.</summary>
sealed class NoSink : IPacketSink
{
    /// <summary>Of the last packet.</summary>
    internal int Pieces { get; private set; }

    public void Write(in VirtioNetHeader header, ReadOnlySpan<byte> buffer, ReadOnlySpan<BufferSlice> slices) =>
        Pieces = slices.Length;
}
