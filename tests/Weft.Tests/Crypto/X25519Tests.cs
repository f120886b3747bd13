using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>RFC 7748, sections 5.2 and 6.1, and the points that give nothing.</summary>
public class X25519Tests
{
    [Theory]
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
    )]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
    )]
    public void Multiplies_as_in_the_RFC(string scalar, string point, string product)
    {
        byte[] shared = new byte[32];
        Assert.True(X25519.SharedSecret(Hex.Bytes(scalar), Hex.Bytes(point), shared));
        Assert.Equal(Hex.Bytes(product), shared);
    }

    [Theory]
    [InlineData(1, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")]
    [InlineData(1000, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")]
    public void Multiplies_its_own_results_as_in_the_RFC(int times, string product)
    {
        byte[] k = new byte[32];
        byte[] u = new byte[32];
        k[0] = u[0] = 9;
        byte[] next = new byte[32];
        for (int i = 0; i < times; i++)
        {
            Assert.True(X25519.SharedSecret(k, u, next));
            (k, u, next) = (next, k, u);
        }
        Assert.Equal(Hex.Bytes(product), k);
    }

    [Fact]
    public void Both_sides_agree_as_in_the_RFC()
    {
        using PrivateKey alice = new(Hex.Bytes("77076d0a7318a57d3c16c17251b26645df4c2f92ebc05bc22e1f0ae7d0c0f2d5"));
        using PrivateKey bob = PrivateKey.Generate();
        byte[] one = new byte[32];
        byte[] other = new byte[32];
        Assert.True(alice.SharedSecret(bob.ToPublicKey(), one));
        Assert.True(bob.SharedSecret(alice.ToPublicKey(), other));
        Assert.Equal(one, other);
    }

    [Fact]
    public void Random_keys_multiply_as_in_plain_big_integers()
    {
        Random random = new(7748);
        byte[] scalar = new byte[32];
        byte[] point = new byte[32];
        byte[] nine = new byte[32];
        nine[0] = 9;
        byte[] result = new byte[32];
        for (int run = 0; run < 10; run++)
        {
            random.NextBytes(scalar);
            random.NextBytes(point);
            Assert.True(X25519.SharedSecret(scalar, point, result));
            Assert.Equal(X25519Reference.Multiply(scalar, point), result);
            X25519.PublicKey(scalar, result);
            Assert.Equal(X25519Reference.Multiply(scalar, nine), result);
        }
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_point_of_low_order_gives_no_secret(string point)
    {
        using PrivateKey key = PrivateKey.Generate();
        byte[] shared = [.. Enumerable.Repeat((byte)0x55, 32)];
        Assert.False(key.SharedSecret(new PublicKey(Hex.Bytes(point)), shared));
        Assert.Equal(new byte[32], shared);
        Assert.False(X25519.SharedSecret(key.Span, Hex.Bytes(point), shared));
        // The refusal leaves libcrypto fit for the next call.
        Assert.True(key.SharedSecret(key.ToPublicKey(), shared));
    }

    [Fact]
    public void The_zero_key_gives_neither_secret_nor_public_key()
    {
        using PrivateKey zero = new(new byte[32]);
        using PrivateKey other = PrivateKey.Generate();
        byte[] shared = [.. Enumerable.Repeat((byte)0x55, 32)];
        Assert.True(zero.ToPublicKey().IsZero);
        Assert.False(zero.SharedSecret(other.ToPublicKey(), shared));
        Assert.Equal(new byte[32], shared);
    }

    [Fact]
    public void The_secret_may_go_where_the_point_was()
    {
        byte[] scalar = Hex.Bytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
        byte[] buffer = Hex.Bytes("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
        Assert.True(X25519.SharedSecret(scalar, buffer, buffer));
        Assert.Equal(Hex.Bytes("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"), buffer);
    }
}
