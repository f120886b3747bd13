using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Weft.Device;
using Xunit;

namespace Weft.Tests.Device;

public sealed class InternetChecksumTests
{
    [Fact]
    public void The_sum_is_that_of_the_plain_way_for_every_length()
    {
        Random random = new(1071);
        byte[] bytes = new byte[2000];
        random.NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            ushort plain = TestPackets.Sum(bytes.AsSpan(0, length));
            Assert.Equal(plain, BigEndian(InternetChecksum.Fold(InternetChecksum.Add(0, bytes.AsSpan(0, length)))));
        }
    }

    [Fact]
    public void Copying_sums_the_same_and_copies_all()
    {
        Random random = new(1072);
        for (int length = 0; length < 300; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            byte[] copy = new byte[length + 5];
            ulong sum = InternetChecksum.AddAndCopy(42, bytes, copy);
            Assert.Equal(InternetChecksum.Add(42, bytes), sum);
            Assert.Equal(bytes, copy[..length]);
        }
    }

    [Fact]
    public void Carries_are_kept_to_the_last()
    {
        byte[] ones = new byte[65534];
        ones.AsSpan().Fill(0xFF);
        Assert.Equal(
            0xFFFF,
            InternetChecksum.Fold(InternetChecksum.Add(ulong.MaxValue >> 8, ones) - (ulong.MaxValue >> 8))
        );
        Assert.True(InternetChecksum.IsValid(InternetChecksum.Add(0, ones)));
    }

    [Fact]
    public void The_example_of_RFC_1071_comes_out()
    {
        byte[] bytes = [0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7];
        Assert.Equal(0xDDF2, BigEndian(InternetChecksum.Fold(InternetChecksum.Add(0, bytes))));
    }

    static ushort BigEndian(ushort native)
    {
        Span<byte> bytes = stackalloc byte[2];
        MemoryMarshal.Write(bytes, native);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }
}
