using Weft.Crypto;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh;

public sealed class MeshKeysTests
{
    static MeshKeys Keys(byte seed = 7)
    {
        MeshKeys keys = new(new PresharedKey(Enumerable.Repeat(seed, 32).ToArray()));
        keys.Add("a.example.org", new PrivateKey(Enumerable.Repeat((byte)1, 32).ToArray()));
        keys.Add("b.example.org", new PrivateKey(Enumerable.Repeat((byte)2, 32).ToArray()));
        return keys;
    }

    [Fact]
    public void The_preshared_key_of_a_pair_is_the_same_whichever_is_named_first()
    {
        using MeshKeys keys = Keys();

        Assert.Equal(
            keys.PresharedKeyOf("a.example.org", "b.example.org"),
            keys.PresharedKeyOf("b.example.org", "a.example.org")
        );
    }

    /// <summary>Worked out with Python's hmac from RFC 5869: a mesh must have the same keys in every later version.</summary>
    [Fact]
    public void The_preshared_key_is_hkdf_sha256_over_both_public_keys()
    {
        using MeshKeys keys = Keys();
        char[] text = new char[KeyText.Base64Length];
        keys.PresharedKeyOf("a.example.org", "b.example.org").WriteBase64(text);

        Assert.Equal("pIz+TSqRc1FPMOpiHlansFX6ANJXlq2iS9/i/8+o3i0=", new string(text));
    }

    [Fact]
    public void Another_seed_gives_other_preshared_keys()
    {
        using MeshKeys keys = Keys();
        using MeshKeys others = Keys(seed: 8);

        Assert.NotEqual(
            keys.PresharedKeyOf("a.example.org", "b.example.org"),
            others.PresharedKeyOf("a.example.org", "b.example.org")
        );
    }

    [Fact]
    public void Names_are_told_apart_without_regard_to_case()
    {
        using MeshKeys keys = Keys();

        Assert.Equal(keys.PublicKeyOf("a.example.org"), keys.PublicKeyOf("A.EXAMPLE.org"));
    }
}
