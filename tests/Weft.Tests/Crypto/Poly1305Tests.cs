using System.Numerics;
using System.Text;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>RFC 8439, section 2.5.2 and appendix A.3, whose vectors try every way to carry.</summary>
public class Poly1305Tests
{
    const string Zero = "00000000000000000000000000000000";

    [Fact]
    public void Makes_the_tag_of_section_2_5_2()
    {
        byte[] key = Hex.Bytes("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b");
        byte[] message = Encoding.ASCII.GetBytes("Cryptographic Forum Research Group");
        Assert.Equal(Hex.Bytes("a8061dc1305136c6c22b8baf0c0127a9"), Tag(key, message));
    }

    [Theory]
    [InlineData(Zero, Zero, Zero + Zero + Zero + Zero, Zero)]
    [InlineData("02" + Tail, Zero, Ones, "03" + Tail)]
    [InlineData("02" + Tail, Ones, "02" + Tail, "03" + Tail)]
    [InlineData("01" + Tail, Zero, Ones + "f0ffffffffffffffffffffffffffffff" + "11" + Tail, "05" + Tail)]
    [InlineData(
        "01" + Tail,
        Zero,
        Ones + "fbfefefefefefefefefefefefefefefe" + "01010101010101010101010101010101",
        Zero
    )]
    [InlineData("02" + Tail, Zero, "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff")]
    [InlineData(
        "01000000000000000400000000000000",
        Zero,
        "e33594d7505e43b900000000000000003394d7505e4379cd01000000000000000000000000000000000000000000000001000000000000000000000000000000",
        "14000000000000005500000000000000"
    )]
    [InlineData(
        "01000000000000000400000000000000",
        Zero,
        "e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000000",
        "13" + Tail
    )]
    public void Makes_the_tags_of_appendix_A_3(string r, string s, string message, string tag) =>
        Assert.Equal(Hex.Bytes(tag), Tag(Hex.Bytes(r + s), Hex.Bytes(message)));

    [Fact]
    public void Ends_at_any_length_as_the_polynomial_says()
    {
        Random random = new(1);
        byte[] bytes = new byte[32 + 64];
        for (int length = 0; length <= 64; length++)
        {
            random.NextBytes(bytes);
            (byte[] key, byte[] message) = (bytes[..32], bytes[32..(32 + length)]);
            Assert.Equal(Polynomial(key, message), Tag(key, message));
        }
    }

    /// <summary>The definition (section 2.5), in whole numbers.</summary>
    static byte[] Polynomial(byte[] key, byte[] message)
    {
        BigInteger prime = BigInteger.Pow(2, 130) - 5;
        BigInteger clamp = new(Hex.Bytes("ffffff0ffcffff0ffcffff0ffcffff0f"), isUnsigned: true);
        BigInteger r = new BigInteger(key.AsSpan(0, 16), isUnsigned: true) & clamp;
        BigInteger sum = 0;
        foreach (byte[] block in message.Chunk(16))
            sum = (sum + new BigInteger([.. block, 1], isUnsigned: true)) * r % prime;
        sum += new BigInteger(key.AsSpan(16), isUnsigned: true);
        byte[] tag = new byte[17 + 1];
        sum.ToByteArray().CopyTo(tag, 0);
        return tag[..16];
    }

    const string Tail = "000000000000000000000000000000";
    const string Ones = "ffffffffffffffffffffffffffffffff";

    static byte[] Tag(byte[] key, byte[] message)
    {
        int whole = message.Length & -16;
        byte[] tag = new byte[16];
        Poly1305 mac = new(key);
        mac.Blocks(message.AsSpan(0, whole));
        mac.End(message.AsSpan(whole));
        mac.Finish(tag);
        return tag;
    }
}
