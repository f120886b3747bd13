using System.Buffers.Binary;
using System.Security.Cryptography;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>The packet cipher against libcrypto, by the class library's door and by its own.</summary>
public class CipherAgainstPeersTests
{
    readonly Random _random = new(8439);

    public static TheoryData<string> Widths => CipherWidths.All;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Seals_and_opens_as_libcrypto_does_at_every_length_up_to_4096(string width)
    {
        byte[] key = Bytes(32);
        using ChaCha20Poly1305Key ours = CipherWidths.Key(key, width);
        using EvpChaCha20Poly1305 theirs = new(key);
        byte[] plaintext = Bytes(4096);
        byte[] sealedByUs = new byte[4096 + 16];
        byte[] sealedByThem = new byte[4096 + 16];
        byte[] opened = new byte[4096];
        for (int length = 0; length <= 4096; length++)
        {
            ulong counter = (ulong)_random.NextInt64();
            Span<byte> mine = sealedByUs.AsSpan(0, length + 16);
            Span<byte> their = sealedByThem.AsSpan(0, length + 16);
            ours.Seal(counter, plaintext.AsSpan(0, length), default, mine);
            theirs.Seal(counter, plaintext.AsSpan(0, length), default, their);
            Assert.True(mine.SequenceEqual(their), $"sealed, length {length}");
            Assert.True(ours.Open(counter, their, default, opened.AsSpan(0, length)), $"opened, length {length}");
            Assert.True(opened.AsSpan(0, length).SequenceEqual(plaintext.AsSpan(0, length)), $"length {length}");
            Assert.True(theirs.Open(counter, mine, default, opened.AsSpan(0, length)), $"opened, length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Seals_and_opens_as_the_class_library_does_at_random_lengths(string width)
    {
        byte[] nonce = new byte[12];
        for (int run = 0; run < 300; run++)
        {
            byte[] key = Bytes(32);
            // Short ones as often as long ones, up to the longest IP packet.
            byte[] plaintext = Bytes(_random.Next(65536 >> _random.Next(12)));
            byte[] associated = Bytes(_random.Next(400 >> _random.Next(8)));
            ulong counter = (ulong)_random.NextInt64() << 1;
            BinaryPrimitives.WriteUInt64LittleEndian(nonce.AsSpan(4), counter);
            using ChaCha20Poly1305Key ours = CipherWidths.Key(key, width);
            using ChaCha20Poly1305 theirs = new(key);
            byte[] mine = new byte[plaintext.Length + 16];
            byte[] their = new byte[plaintext.Length + 16];
            Span<byte> tag = their.AsSpan(plaintext.Length);
            ours.Seal(counter, plaintext, associated, mine);
            theirs.Encrypt(nonce, plaintext, their.AsSpan(0, plaintext.Length), tag, associated);
            Assert.Equal(their, mine);
            byte[] opened = new byte[plaintext.Length];
            Assert.True(ours.Open(counter, their, associated, opened));
            Assert.Equal(plaintext, opened);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Seals_and_opens_in_place_at_every_alignment(string width)
    {
        byte[] key = Bytes(32);
        using ChaCha20Poly1305Key ours = CipherWidths.Key(key, width);
        using EvpChaCha20Poly1305 theirs = new(key);
        byte[] plaintext = Bytes(1500);
        byte[] expected = new byte[1516];
        byte[] buffer = new byte[1516 + 64 + 32];
        for (int offset = 0; offset < 64; offset++)
        {
            int length = _random.Next(1501);
            Span<byte> frame = buffer.AsSpan(offset, length + 16);
            Span<byte> inner = frame[..length];
            byte guard = buffer[offset + length + 16] = 0xa5;
            plaintext.AsSpan(0, length).CopyTo(inner);
            theirs.Seal((ulong)offset, inner, default, expected.AsSpan(0, length + 16));
            ours.Seal((ulong)offset, inner, default, frame);
            Assert.True(frame.SequenceEqual(expected.AsSpan(0, length + 16)), $"offset {offset}, length {length}");
            Assert.True(ours.Open((ulong)offset, frame, default, inner));
            Assert.True(inner.SequenceEqual(plaintext.AsSpan(0, length)), $"offset {offset}, length {length}");
            Assert.Equal(guard, buffer[offset + length + 16]);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Authenticates_the_extremes_of_the_field_as_the_scalar_code_does(string width)
    {
        // Messages of all ones and keys near their limits drive every carry.
        byte[] expected = new byte[16];
        byte[] tag = new byte[16];
        byte[] message = new byte[2048];
        for (int run = 0; run < 200; run++)
        {
            Array.Fill(message, (byte)0xff);
            for (int i = _random.Next(8); i > 0; i--)
                message[_random.Next(message.Length)] = (byte)_random.Next(256);
            byte[] key = Bytes(32);
            Array.Fill(key, (byte)0xff, 0, run % 17);
            int length = 16 * _random.Next(129);
            Poly1305 mac = new(key);
            mac.Blocks(message.AsSpan(0, length));
            mac.Finish(expected);
            mac = new(key);
            CipherWidths.Authenticate(width, ref mac, message.AsSpan(0, length));
            mac.Finish(tag);
            Assert.Equal(expected, tag);
        }
    }

    byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
