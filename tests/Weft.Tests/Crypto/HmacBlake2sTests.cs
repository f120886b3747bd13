using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>HMAC and HKDF over BLAKE2s; the expected values are Python's (hmac with hashlib.blake2s).</summary>
public class HmacBlake2sTests
{
    [Theory]
    [InlineData(0, 0, "eaf4bb25938f4d20e72656bbbc7a9bf63c0c18537333c35bdb67db1402661acd")]
    [InlineData(32, 32, "602fcbcc2652bd3aa2e4f08dd156a00f101feac291e9af1c65f59fd730d20428")]
    [InlineData(64, 200, "917a6d595dd3f3788b696e7445ad71a2cc3c70eb3c175ba5b1a9ed44ced55ecd")]
    [InlineData(20, 3, "9d0a0a3e9317a8f76ea9c3466fef7d6f32522ac82c5c071c0a7d57b694a82a17")]
    public void Codes_as_Python_does(int keyLength, int dataLength, string code)
    {
        byte[] key = [.. Enumerable.Range(0, keyLength).Select(i => (byte)(7 * i + 1))];
        byte[] data = [.. Enumerable.Range(0, dataLength).Select(i => (byte)(5 * i + 3))];
        byte[] digest = new byte[32];
        HmacBlake2s.Hash(key, data, digest);
        Assert.Equal(Hex.Bytes(code), digest);
        for (int split = 0; split <= dataLength; split++)
        {
            HmacBlake2s.Hash(key, data.AsSpan(0, split), data.AsSpan(split), digest);
            Assert.Equal(Hex.Bytes(code), digest);
        }
    }

    [Fact]
    public void Derives_one_two_or_three_keys_as_Noise_does()
    {
        byte[] chainingKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[] input = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];
        byte[] first = Hex.Bytes("e3b7e038799447459d13f6cc03b71555c0b32ee93354ebe4526ec98bc53b20a4");
        byte[] second = Hex.Bytes("ca06d8e46b509266c7c0594805ffb9c256348a33c642381348f047e452d239e2");
        byte[] third = Hex.Bytes("5ee952936bec1473c13db1cc92b8d8ba5ad2df7c77f07478731d48aa5530a000");
        byte[] a = new byte[32];
        byte[] b = new byte[32];
        byte[] c = new byte[32];
        Hkdf.Derive(chainingKey, input, a);
        Assert.Equal(first, a);
        Hkdf.Derive(chainingKey, input, a, b);
        Assert.Equal(first, a);
        Assert.Equal(second, b);
        Hkdf.Derive(chainingKey, input, a, b, c);
        Assert.Equal(first, a);
        Assert.Equal(second, b);
        Assert.Equal(third, c);
        Hkdf.Derive(chainingKey, default, a);
        Assert.Equal(Hex.Bytes("7a38c34bf2b8738d7374ca77c44ecb309a11d2b2528304fa86052c365e722624"), a);
    }

    [Fact]
    public void The_chaining_key_may_be_replaced_in_place()
    {
        byte[] expected = new byte[32];
        byte[] chainingKey = new byte[32];
        byte[] key = new byte[32];
        Hkdf.Derive(chainingKey, [1, 2, 3], expected, key);
        Hkdf.Derive(chainingKey, [1, 2, 3], chainingKey, key);
        Assert.Equal(expected, chainingKey);
    }
}
