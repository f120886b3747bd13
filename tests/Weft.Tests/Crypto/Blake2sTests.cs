using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>RFC 7693, appendices B and E.</summary>
public class Blake2sTests
{
    [Fact]
    public void Hashes_abc_as_in_the_RFC()
    {
        byte[] digest = new byte[32];
        Blake2s.Hash("abc"u8, digest);
        Assert.Equal(Hex.Bytes("508C5E8C327C14E2E1A72BA34EEB452F37458B209ED63A294D999B4C86675982"), digest);
    }

    [Fact]
    public void Passes_the_self_test_of_the_RFC()
    {
        Blake2sState whole = Blake2sState.Start(default, 32);
        foreach (int digestLength in new[] { 16, 20, 28, 32 })
        foreach (int dataLength in new[] { 0, 3, 64, 65, 255, 1024 })
        {
            byte[] data = Sequence(dataLength, (uint)dataLength);
            byte[] digest = new byte[digestLength];
            Blake2s.Mac(default, data, digest);
            whole.Update(digest);
            Blake2s.Mac(Sequence(digestLength, (uint)digestLength), data, digest);
            whole.Update(digest);
        }
        byte[] result = new byte[32];
        whole.Finish(result);
        Assert.Equal(Hex.Bytes("6A411F08CE25ADCDFB02ABA641451CEC53C598B24F4FC787FBDC88797F4C1DFE"), result);
    }

    [Fact]
    public void Data_in_pieces_hashes_as_data_in_one_piece()
    {
        Random random = new(7693);
        byte[] data = new byte[700];
        random.NextBytes(data);
        byte[] expected = new byte[32];
        byte[] digest = new byte[32];
        for (int run = 0; run < 500; run++)
        {
            int length = random.Next(data.Length + 1);
            Blake2s.Hash(data.AsSpan(0, length), expected);
            Blake2sState state = Blake2sState.Start(default, 32);
            for (int at = 0; at < length; )
            {
                int piece = random.Next(Math.Min(length - at, 150) + 1);
                state.Update(data.AsSpan(at, piece));
                at += piece;
            }
            state.Finish(digest);
            Assert.Equal(expected, digest);
        }
    }

    [Theory]
    [InlineData(0, 32, 0, "69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9")]
    [InlineData(32, 16, 148, "694b932924233f3549e4dc2b138fe2dc")]
    [InlineData(32, 32, 64, "23869302d68d27869c3b2a35632f5c14a63dbcdf80401d90d453b8abd6afa3dc")]
    [InlineData(32, 16, 65, "6082af5d1f5c4fae6b2fa9532c8287fd")]
    [InlineData(16, 16, 0, "173486e44796d18ec2049d864e93c022")]
    public void Keyed_digests_are_Pythons(int keyLength, int digestLength, int dataLength, string code)
    {
        byte[] key = [.. Enumerable.Range(0, keyLength).Select(i => (byte)(7 * i + 1))];
        byte[] data = [.. Enumerable.Range(0, dataLength).Select(i => (byte)(5 * i + 3))];
        byte[] digest = new byte[digestLength];
        Blake2s.Mac(key, data, digest);
        Assert.Equal(Hex.Bytes(code), digest);
    }

    [Fact]
    public void Hashes_as_libcrypto_does_at_every_length_up_to_600()
    {
        byte[] data = new byte[600];
        new Random(1).NextBytes(data);
        byte[] expected = new byte[32];
        byte[] digest = new byte[32];
        for (int length = 0; length <= data.Length; length++)
        {
            Libcrypto.Blake2s(data.AsSpan(0, length), expected);
            Blake2s.Hash(data.AsSpan(0, length), digest);
            Assert.Equal(expected, digest);
        }
    }

    [Fact]
    public void Keys_and_digests_longer_than_32_bytes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Blake2s.Mac(new byte[33], default, new byte[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Blake2s.Mac(new byte[32], default, new byte[33]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Blake2s.Mac(new byte[32], default, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => Blake2s.Hash(default, new byte[16]));
    }

    /// <summary>The deterministic filler of appendix E.</summary>
    static byte[] Sequence(int length, uint seed)
    {
        uint a = 0xDEAD4BAD * seed;
        uint b = 1;
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            uint t = a + b;
            a = b;
            b = t;
            bytes[i] = (byte)(t >> 24);
        }
        return bytes;
    }
}
