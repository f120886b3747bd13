using FsCheck;
using FsCheck.Fluent;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>Keys as text and back, and what they keep to themselves.</summary>
public class KeyTests
{
    static readonly Arbitrary<byte[]> _keys = Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), 32).ToArbitrary();

    [Fact]
    public void Base64_is_the_class_librarys_both_ways() =>
        Prop.ForAll(
                _keys,
                key =>
                {
                    char[] text = new char[KeyText.Base64Length];
                    byte[] back = new byte[32];
                    KeyText.ToBase64(key, text);
                    return new string(text) == Convert.ToBase64String(key)
                        && KeyText.TryFromBase64(text, back)
                        && back.AsSpan().SequenceEqual(key);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Hexadecimal_is_the_class_librarys_both_ways_in_either_case() =>
        Prop.ForAll(
                _keys,
                key =>
                {
                    char[] text = new char[KeyText.HexLength];
                    byte[] lower = new byte[32];
                    byte[] upper = new byte[32];
                    KeyText.ToHex(key, text);
                    return new string(text) == Convert.ToHexStringLower(key)
                        && KeyText.TryFromHex(text, lower)
                        && KeyText.TryFromHex(new string(text).ToUpperInvariant(), upper)
                        && lower.AsSpan().SequenceEqual(key)
                        && upper.AsSpan().SequenceEqual(key);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Base64_with_any_character_outside_the_alphabet_is_refused_whole()
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        char[] good = Convert.ToBase64String(new byte[32]).ToCharArray();
        byte[] key = new byte[32];
        for (int at = 0; at < good.Length; at++)
        for (int c = 0; c < 0x300; c++)
        {
            char[] text = [.. good];
            text[at] = (char)c;
            bool wellFormed = at < 43 ? alphabet.Contains((char)c, StringComparison.Ordinal) : c == '=';
            // The 43rd character carries two bits beyond the key; they must be zero or two texts would mean one key.
            bool canonical = at != 42 || alphabet.IndexOf((char)c, StringComparison.Ordinal) % 4 == 0;
            Array.Fill(key, (byte)0x55);
            bool read = KeyText.TryFromBase64(text, key);
            Assert.Equal(wellFormed && canonical, read);
            if (!read)
                Assert.Equal(new byte[32], key);
        }
    }

    [Fact]
    public void Hexadecimal_with_any_other_character_is_refused_whole()
    {
        byte[] key = new byte[32];
        for (int at = 0; at < 64; at++)
        for (int c = 0; c < 0x300; c++)
        {
            char[] text = new string('0', 64).ToCharArray();
            text[at] = (char)c;
            Array.Fill(key, (byte)0x55);
            bool read = KeyText.TryFromHex(text, key);
            Assert.Equal(char.IsAsciiHexDigit((char)c), read);
            if (!read)
                Assert.Equal(new byte[32], key);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Base64_of_another_length_or_padding_is_refused(string text)
    {
        Assert.Null(PrivateKey.Parse(text));
        Assert.Null(PresharedKey.Parse(text));
        Assert.False(PublicKey.TryParse(text, out _));
    }

    [Fact]
    public void A_private_key_is_clamped_when_made_and_reads_back_so() =>
        Prop.ForAll(
                _keys,
                bytes =>
                {
                    using PrivateKey key = new(bytes);
                    ReadOnlySpan<byte> span = key.Span;
                    return (span[0] & 7) == 0
                        && (span[31] & 0xc0) == 0x40
                        && span[1..31].SequenceEqual(bytes.AsSpan(1, 30))
                        && (span[0] ^ bytes[0]) < 8
                        && new PrivateKey(span).Equals(key);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void An_all_zero_private_key_stays_zero()
    {
        using PrivateKey key = new(new byte[32]);
        Assert.True(key.IsZero);
        Assert.True(PrivateKey.ParseHex(new string('0', 64))!.IsZero);
        Assert.True(PresharedKey.Parse(Convert.ToBase64String(new byte[32]))!.IsZero);
    }

    [Fact]
    public void Secrets_never_print_and_are_not_hashed()
    {
        using PrivateKey key = PrivateKey.Generate();
        using PresharedKey preshared = PresharedKey.Generate();
        Assert.Equal("(hidden)", $"{key}");
        Assert.Equal("(hidden)", $"{preshared}");
        Assert.Throws<NotSupportedException>(() => key.GetHashCode());
        Assert.Throws<NotSupportedException>(() => preshared.GetHashCode());
    }

    [Fact]
    public void Secrets_compare_by_value()
    {
        using PrivateKey key = PrivateKey.Generate();
        using PrivateKey same = new(key.Span);
        using PrivateKey other = PrivateKey.Generate();
        Assert.Equal(key, same);
        Assert.NotEqual(key, other);
        using PresharedKey preshared = PresharedKey.Generate();
        using PresharedKey samePreshared = new(preshared.Span);
        Assert.Equal(preshared, samePreshared);
        Assert.NotEqual(preshared, PresharedKey.Generate());
        Assert.False(key.Equals(null));
    }

    [Fact]
    public void A_disposed_secret_is_wiped()
    {
        PrivateKey key = PrivateKey.Generate();
        PresharedKey preshared = PresharedKey.Generate();
        _ = key.ToPublicKey();
        ReadOnlySpan<byte> keyBytes = key.Span;
        ReadOnlySpan<byte> presharedBytes = preshared.Span;
        key.Dispose();
        preshared.Dispose();
        Assert.Equal(-1, keyBytes.IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, presharedBytes.IndexOfAnyExcept((byte)0));
        Assert.False(key.SharedSecret(PrivateKey.Generate().ToPublicKey(), new byte[32]));
    }

    [Fact]
    public void A_forgotten_secret_is_wiped_when_collected()
    {
        // The bytes are pinned, and this span alone keeps them in memory.
        ReadOnlySpan<byte> bytes = Forget();
        for (int i = 0; i < 10 && bytes.ContainsAnyExcept((byte)0); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal(-1, bytes.IndexOfAnyExcept((byte)0));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    static ReadOnlySpan<byte> Forget() => PresharedKey.Generate().Span;

    [Fact]
    public void Public_keys_print_order_and_compare_by_their_bytes() =>
        Prop.ForAll(
                _keys,
                _keys,
                (a, b) =>
                {
                    PublicKey one = new(a);
                    PublicKey other = new(b);
                    return one.ToString() == Convert.ToBase64String(a)
                        && one.ToHex() == Convert.ToHexStringLower(a)
                        && PublicKey.TryParse(one.ToString(), out PublicKey read)
                        && read == one
                        && read.GetHashCode() == one.GetHashCode()
                        && PublicKey.TryParseHex(other.ToHex(), out read)
                        && read.Equals(other)
                        && one == other == a.AsSpan().SequenceEqual(b)
                        && Math.Sign(one.CompareTo(other)) == Math.Sign(a.AsSpan().SequenceCompareTo(b));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_public_key_is_the_base_point_times_the_private_key()
    {
        using PrivateKey key = PrivateKey.Parse("6AgToMLuhbK5XbQpRIWMFNBUYNkrAmAR4Zk5pJU2YVo=")!;
        byte[] expected = new byte[32];
        X25519.PublicKey(key.Span, expected);
        Assert.Equal(new PublicKey(expected), key.ToPublicKey());
    }
}
