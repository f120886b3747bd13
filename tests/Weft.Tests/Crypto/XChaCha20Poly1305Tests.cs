using System.Text;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>draft-irtf-cfrg-xchacha-03, section 2.2.1 and appendix A.3.1.</summary>
public class XChaCha20Poly1305Tests
{
    static readonly byte[] _key = [.. Enumerable.Range(0x80, 32).Select(i => (byte)i)];
    static readonly byte[] _nonce = [.. Enumerable.Range(0x40, 24).Select(i => (byte)i)];

    [Fact]
    public void Derives_the_key_of_section_2_2_1()
    {
        byte[] derived = new byte[32];
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        ChaCha20.DeriveKey(key, Hex.Bytes("000000090000004a0000000031415927"), derived);
        Assert.Equal(Hex.Bytes("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"), derived);
    }

    [Fact]
    public void Seals_and_opens_the_message_of_appendix_A_3_1()
    {
        byte[] plaintext = Encoding.ASCII.GetBytes(CipherTests.Sunscreen);
        byte[] associated = Hex.Bytes("50515253c0c1c2c3c4c5c6c7");
        byte[] frame = new byte[plaintext.Length + 16];
        XChaCha20Poly1305.Seal(_key, _nonce, plaintext, associated, frame);
        Assert.Equal(
            Hex.Bytes(
                """
                bd 6d 17 9d 3e 83 d4 3b 95 76 57 94 93 c0 e9 39 57 2a 17 00 25 2b fa cc be d2 90 2c 21 39 6c bb
                73 1c 7f 1b 0b 4a a6 44 0b f3 a8 2f 4e da 7e 39 ae 64 c6 70 8c 54 c2 16 cb 96 b7 2e 12 13 b4 52
                2f 8c 9b a4 0d b5 d9 45 b1 1b 69 b9 82 c1 bb 9e 3f 3f ac 2b c3 69 48 8f 76 b2 38 35 65 d3 ff f9
                21 f9 66 4c 97 63 7d a9 76 88 12 f6 15 c6 8b 13 b5 2e
                c0 87 59 24 c1 c7 98 79 47 de af d8 78 0a cf 49
                """
            ),
            frame
        );
        Assert.True(XChaCha20Poly1305.Open(_key, _nonce, frame, associated, frame.AsSpan(0, plaintext.Length)));
        Assert.Equal(plaintext, frame[..plaintext.Length]);
    }

    [Fact]
    public void Another_nonce_or_other_associated_data_opens_nothing()
    {
        // The shape of a WireGuard cookie reply: 16 bytes sealed with the received mac1 as associated data.
        byte[] frame = new byte[32];
        byte[] cookie = new byte[16];
        XChaCha20Poly1305.Seal(_key, _nonce, "sixteen bytes ok"u8, "the received mac"u8, frame);
        for (int i = 0; i < 24; i++)
        {
            byte[] nonce = [.. _nonce];
            nonce[i] ^= 1;
            Assert.False(XChaCha20Poly1305.Open(_key, nonce, frame, "the received mac"u8, cookie));
        }
        Assert.False(XChaCha20Poly1305.Open(_key, _nonce, frame, "the received mad"u8, cookie));
        Assert.Equal(new byte[16], cookie);
        Assert.True(XChaCha20Poly1305.Open(_key, _nonce, frame, "the received mac"u8, cookie));
        Assert.Equal("sixteen bytes ok"u8.ToArray(), cookie);
    }
}
