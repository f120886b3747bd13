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
