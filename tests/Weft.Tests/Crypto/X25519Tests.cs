using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>RFC 7748, sections 5.2 and 6.1.</summary>
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
}
