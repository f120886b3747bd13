using System.Text;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>ChaCha20-Poly1305 by the vectors of RFC 8439, and what it does with what is wrong.</summary>
public class CipherTests
{
    public static TheoryData<string> Widths => CipherWidths.All;

    [Fact]
    public void Makes_the_keystream_block_of_section_2_3_2()
    {
        byte[] block = new byte[64];
        ChaCha20.Block(Sequence(0x00, 32), new Nonce(0x09000000, 0x4a000000), 1, block);
        Assert.Equal(
            Hex.Bytes(
                """
                10 f1 e7 e4 d1 3b 59 15 50 0f dd 1f a3 20 71 c4 c7 d1 f4 c7 33 c0 68 03 04 22 aa 9a c3 d4 6c 4e
                d2 82 64 46 07 9f aa 09 14 c2 d7 05 d9 8b 02 a2 b5 12 9c d1 de 16 4e b9 cb d0 83 e8 a2 50 3c 4e
                """
            ),
            block
        );
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Seals_the_message_of_section_2_8_2(string width)
    {
        byte[] plaintext = Encoding.ASCII.GetBytes(Sunscreen);
        byte[] sealedBytes = new byte[plaintext.Length + 16];
        Nonce nonce = new(0x00000007, 0x4746454443424140);
        byte[] associated = Hex.Bytes("50515253c0c1c2c3c4c5c6c7");
        Cipher.Seal(CipherWidths.Parse(width), Sequence(0x80, 32), nonce, plaintext, associated, sealedBytes);
        Assert.Equal(
            Hex.Bytes(
                """
                d3 1a 8d 34 64 8e 60 db 7b 86 af bc 53 ef 7e c2 a4 ad ed 51 29 6e 08 fe a9 e2 b5 a7 36 ee 62 d6
                3d be a4 5e 8c a9 67 12 82 fa fb 69 da 92 72 8b 1a 71 de 0a 9e 06 0b 29 05 d6 a5 b6 7e cd 3b 36
                92 dd bd 7f 2d 77 8b 8c 98 03 ae e3 28 09 1b 58 fa b3 24 e4 fa d6 75 94 55 85 80 8b 48 31 d7 bc
                3f f4 de f0 8e 4b 7a 9d e5 76 d2 65 86 ce c6 4b 61 16
                1a e1 0b 59 4f 09 e2 6a 7e 90 2e cb d0 60 06 91
                """
            ),
            sealedBytes
        );
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Seals_the_message_of_appendix_A_5(string width)
    {
        // The RFC lists the ciphertext and asks for the plaintext; the tag stands for the one as well as the other.
        byte[] plaintext = Encoding.UTF8.GetBytes(
            "Internet-Drafts are draft documents valid for a maximum of six months and may be updated, replaced, or "
                + "obsoleted by other documents at any time. It is inappropriate to use Internet-Drafts as reference "
                + "material or to cite them other than as /“work in progress./”"
        );
        byte[] sealedBytes = new byte[plaintext.Length + 16];
        byte[] associated = Hex.Bytes("f33388860000000000004e91");
        using ChaCha20Poly1305Key key = CipherWidths.Key(
            Hex.Bytes("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0"),
            width
        );
        key.Seal(0x0807060504030201, plaintext, associated, sealedBytes);
        Assert.Equal(265 + 16, sealedBytes.Length);
        Assert.Equal(Hex.Bytes("eead9d67890cbb22392336fea1851f38"), sealedBytes[^16..]);
        byte[] opened = new byte[plaintext.Length];
        Assert.True(key.Open(0x0807060504030201, sealedBytes, associated, opened));
        Assert.Equal(plaintext, opened);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void One_wrong_bit_anywhere_opens_nothing_and_writes_nothing(string width)
    {
        using ChaCha20Poly1305Key key = CipherWidths.Key(Sequence(1, 32), width);
        foreach (int length in new[] { 0, 1, 15, 16, 63, 64, 65, 300 })
        {
            byte[] associated = Sequence(7, 20);
            byte[] frame = new byte[length + 16];
            key.Seal(9, Sequence(3, length), associated, frame);
            byte[] untouched = Sequence(0x55, length);
            byte[] opened = Sequence(0x55, length);
            for (int bit = 0; bit < 8 * frame.Length; bit++)
            {
                frame[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(key.Open(9, frame, associated, opened), $"length {length}, bit {bit}");
                Assert.Equal(untouched, opened);
                frame[bit / 8] ^= (byte)(1 << (bit % 8));
            }
            associated[19] ^= 0x80;
            Assert.False(key.Open(9, frame, associated, opened));
            associated[19] ^= 0x80;
            Assert.False(key.Open(10, frame, associated, opened));
            Assert.False(key.Open(9, frame, associated.AsSpan(0, 19), opened));
            Assert.Equal(untouched, opened);
            Assert.True(key.Open(9, frame, associated, opened));
        }
    }

    [Fact]
    public void A_frame_too_short_for_a_tag_opens_nothing()
    {
        using ChaCha20Poly1305Key key = new(Sequence(1, 32));
        for (int length = 0; length < 16; length++)
            Assert.False(key.Open(1, new byte[length], default, default));
    }

    [Fact]
    public void Buffers_of_the_wrong_length_or_half_overlapping_are_refused()
    {
        using ChaCha20Poly1305Key key = new(Sequence(1, 32));
        byte[] buffer = new byte[200];
        Assert.Throws<ArgumentOutOfRangeException>(() => key.Seal(1, buffer.AsSpan(0, 64), default, new byte[79]));
        Assert.Throws<ArgumentOutOfRangeException>(() => key.Seal(1, buffer.AsSpan(0, 64), default, new byte[81]));
        Assert.Throws<ArgumentOutOfRangeException>(() => key.Open(1, buffer.AsSpan(0, 64), default, new byte[47]));
        Assert.Throws<ArgumentException>(() => key.Seal(1, buffer.AsSpan(0, 64), default, buffer.AsSpan(16, 80)));
        Assert.Throws<ArgumentException>(() => key.Open(1, buffer.AsSpan(16, 80), default, buffer.AsSpan(0, 64)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChaCha20Poly1305Key(new byte[31]));
    }

    [Fact]
    public void A_disposed_key_is_all_zeros()
    {
        ChaCha20Poly1305Key key = new(Sequence(1, 32));
        key.Dispose();
        using ChaCha20Poly1305Key zero = new(new byte[32]);
        byte[] sealedByDisposed = new byte[48];
        byte[] sealedByZero = new byte[48];
        key.Seal(1, new byte[32], default, sealedByDisposed);
        zero.Seal(1, new byte[32], default, sealedByZero);
        Assert.Equal(sealedByZero, sealedByDisposed);
    }

    [Fact]
    public void Many_threads_may_use_one_key()
    {
        using ChaCha20Poly1305Key key = new(Sequence(1, 32));
        Parallel.For(
            0,
            64,
            i =>
            {
                byte[] frame = new byte[1000 + 16];
                for (int run = 0; run < 50; run++)
                {
                    ulong counter = (ulong)(50 * i + run);
                    key.Seal(counter, Sequence(i, 1000), default, frame);
                    Assert.True(key.Open(counter, frame, default, frame.AsSpan(0, 1000)));
                    Assert.Equal(Sequence(i, 1000), frame[..1000]);
                }
            }
        );
    }

    [Fact]
    public void Sealing_and_opening_allocate_nothing()
    {
        using ChaCha20Poly1305Key key = new(Sequence(1, 32));
        byte[] frame = new byte[1420 + 16];
        long before = 0;
        for (int run = 0; run < 100; run++)
        {
            if (run == 50)
                before = GC.GetAllocatedBytesForCurrentThread();
            key.Seal((ulong)run, frame.AsSpan(0, 1420), default, frame);
            if (!key.Open((ulong)run, frame, default, frame.AsSpan(0, 1420)))
                throw new InvalidOperationException("It did not open.");
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    internal const string Sunscreen =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";

    static byte[] Sequence(int first, int length) => [.. Enumerable.Range(first, length).Select(i => (byte)i)];
}
