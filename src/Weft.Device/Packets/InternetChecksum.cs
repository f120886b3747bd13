using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weft.Device;

/// <summary>
/// The Internet checksum (RFC 1071), in the machine's byte order throughout: the ones' complement sum does not mind
/// which way its words are read as long as the result is written the same way. Pure.
/// </summary>
static class InternetChecksum
{
    /// <summary>Adds bytes as 16-bit words to a running sum; an odd one at the end counts as if a zero followed.</summary>
    /// <param name="bytes">At an even distance from where the summed data starts; at most 4 GiB between two folds.</param>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ReadOnlySpan<Vector512<ulong>> wide = MemoryMarshal.Cast<byte, Vector512<ulong>>(bytes);
            sum += AddWide(wide);
            bytes = bytes[(wide.Length * Vector512<byte>.Count)..];
        }
        ReadOnlySpan<Vector256<ulong>> vectors = MemoryMarshal.Cast<byte, Vector256<ulong>>(bytes);
        Vector256<ulong> lanes = Vector256<ulong>.Zero;
        for (int i = 0; i < vectors.Length; i++)
            lanes += (vectors[i] & Vector256.Create((ulong)uint.MaxValue)) + (vectors[i] >>> 32);
        return AddTail(sum + Vector256.Sum(lanes), bytes[(vectors.Length * Vector256<byte>.Count)..]);
    }

    /// <summary>Copies, and adds what it copies: one pass over memory instead of two.</summary>
    public static ulong AddAndCopy(ulong sum, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        destination = destination[..source.Length];
        if (Vector512.IsHardwareAccelerated)
        {
            ReadOnlySpan<Vector512<ulong>> wide = MemoryMarshal.Cast<byte, Vector512<ulong>>(source);
            sum += AddAndCopyWide(wide, MemoryMarshal.Cast<byte, Vector512<ulong>>(destination));
            source = source[(wide.Length * Vector512<byte>.Count)..];
            destination = destination[(wide.Length * Vector512<byte>.Count)..];
        }
        ReadOnlySpan<Vector256<ulong>> from = MemoryMarshal.Cast<byte, Vector256<ulong>>(source);
        Span<Vector256<ulong>> to = MemoryMarshal.Cast<byte, Vector256<ulong>>(destination);
        Vector256<ulong> lanes = Vector256<ulong>.Zero;
        for (int i = 0; i < from.Length && i < to.Length; i++)
        {
            Vector256<ulong> words = from[i];
            to[i] = words;
            lanes += (words & Vector256.Create((ulong)uint.MaxValue)) + (words >>> 32);
        }
        int done = from.Length * Vector256<byte>.Count;
        ReadOnlySpan<byte> rest = source[done..];
        rest.CopyTo(destination[done..]);
        return AddTail(sum + Vector256.Sum(lanes), rest);
    }

    /// <summary>The sum of the pseudo-header that TCP and UDP put before theirs (RFC 9293 section 3.1, RFC 8200 section 8.1).</summary>
    /// <param name="addresses">Source and destination, as they stand in the header: 8 or 32 bytes.</param>
    /// <param name="length">Of the transport header and what follows it.</param>
    public static ulong PseudoHeader(ReadOnlySpan<byte> addresses, byte protocol, int length) =>
        AddTail(Word(protocol) + (ulong)Word((ushort)length), addresses);

    /// <summary>The sum in 16 bits, as it stands unfinished in a packet that a device is to complete.</summary>
    public static ushort Fold(ulong sum)
    {
        sum = (sum & uint.MaxValue) + (sum >> 32);
        sum = (sum & uint.MaxValue) + (sum >> 32);
        uint half = (uint)sum;
        half = (half & ushort.MaxValue) + (half >> 16);
        half = (half & ushort.MaxValue) + (half >> 16);
        return (ushort)half;
    }

    /// <summary>The checksum to write into a packet, whose field counted as zero.</summary>
    public static ushort Finish(ulong sum) => (ushort)~Fold(sum);

    /// <summary>Whether data that contains its own checksum is right.</summary>
    public static bool IsValid(ulong sum) => Fold(sum) == ushort.MaxValue;

    /// <summary>A number as it would read from a packet.</summary>
    static ushort Word(ushort value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    static ulong AddWide(ReadOnlySpan<Vector512<ulong>> vectors)
    {
        Vector512<ulong> low = Vector512<ulong>.Zero;
        Vector512<ulong> high = Vector512<ulong>.Zero;
        for (int i = 0; i < vectors.Length; i++)
        {
            low += vectors[i] & Vector512.Create((ulong)uint.MaxValue);
            high += vectors[i] >>> 32;
        }
        return Vector512.Sum(low + high);
    }

    static ulong AddAndCopyWide(ReadOnlySpan<Vector512<ulong>> from, Span<Vector512<ulong>> to)
    {
        Vector512<ulong> low = Vector512<ulong>.Zero;
        Vector512<ulong> high = Vector512<ulong>.Zero;
        for (int i = 0; i < from.Length && i < to.Length; i++)
        {
            Vector512<ulong> words = from[i];
            to[i] = words;
            low += words & Vector512.Create((ulong)uint.MaxValue);
            high += words >>> 32;
        }
        return Vector512.Sum(low + high);
    }

    static ulong AddTail(ulong sum, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(bytes);
        foreach (uint word in words)
            sum += word;
        bytes = bytes[(words.Length * sizeof(uint))..];
        if (bytes.Length >= sizeof(ushort))
        {
            sum += MemoryMarshal.Read<ushort>(bytes);
            bytes = bytes[sizeof(ushort)..];
        }
        if (bytes.Length > 0)
            sum += BitConverter.IsLittleEndian ? bytes[0] : (uint)bytes[0] << 8;
        return sum;
    }
}
