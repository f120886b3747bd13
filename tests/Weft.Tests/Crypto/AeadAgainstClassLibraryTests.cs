using System.Buffers.Binary;
using System.Security.Cryptography;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>Our AEAD against the class library's, which is libcrypto's behind its own door.</summary>
public class AeadAgainstClassLibraryTests
{
    readonly Random _random = new(8439);

    public static TheoryData<string> Widths => CipherWidths.All;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Seals_as_the_class_library_does_at_every_length_up_to_4096(string width)
    {
        byte[] key = Bytes(32);
        using ChaCha20Poly1305Key ours = CipherWidths.Key(key, width);
        using ChaCha20Poly1305 theirs = new(key);
        byte[] nonce = new byte[12];
        byte[] plaintext = Bytes(4096);
        byte[] sealedByUs = new byte[4096 + 16];
        byte[] sealedByThem = new byte[4096 + 16];
        for (int length = 0; length <= 4096; length++)
        {
            ulong counter = (ulong)_random.NextInt64();
            BinaryPrimitives.WriteUInt64LittleEndian(nonce.AsSpan(4), counter);
            Span<byte> sealedBytes = sealedByUs.AsSpan(0, length + 16);
            ours.Seal(counter, plaintext.AsSpan(0, length), default, sealedBytes);
            theirs.Encrypt(
                nonce,
                plaintext.AsSpan(0, length),
                sealedByThem.AsSpan(0, length),
                sealedByThem.AsSpan(length, 16)
            );
            Assert.True(sealedBytes.SequenceEqual(sealedByThem.AsSpan(0, length + 16)), $"length {length}");
            Assert.True(ours.Open(counter, sealedBytes, default, sealedByUs.AsSpan(0, length)));
            Assert.True(sealedByUs.AsSpan(0, length).SequenceEqual(plaintext.AsSpan(0, length)), $"length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Seals_as_the_class_library_does_at_random_lengths_with_associated_data(string width)
    {
        for (int run = 0; run < 300; run++)
        {
            byte[] key = Bytes(32);
            byte[] plaintext = Bytes(_random.Next(65536 >> _random.Next(12)));
            byte[] associated = Bytes(_random.Next(100));
            ulong counter = (ulong)_random.NextInt64();
            byte[] nonce = new byte[12];
            BinaryPrimitives.WriteUInt64LittleEndian(nonce.AsSpan(4), counter);
            using ChaCha20Poly1305Key ours = CipherWidths.Key(key, width);
            using ChaCha20Poly1305 theirs = new(key);
            byte[] sealedByUs = new byte[plaintext.Length + 16];
            byte[] sealedByThem = new byte[plaintext.Length + 16];
            ours.Seal(counter, plaintext, associated, sealedByUs);
            theirs.Encrypt(
                nonce,
                plaintext,
                sealedByThem.AsSpan(0, plaintext.Length),
                sealedByThem.AsSpan(plaintext.Length),
                associated
            );
            Assert.Equal(sealedByThem, sealedByUs);
            byte[] opened = new byte[plaintext.Length];
            Assert.True(ours.Open(counter, sealedByThem, associated, opened));
            Assert.Equal(plaintext, opened);
        }
    }

    byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
