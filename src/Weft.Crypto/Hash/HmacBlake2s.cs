using System.Security.Cryptography;

namespace Weft.Crypto;

/// <summary>HMAC (RFC 2104) over BLAKE2s, which is how Noise derives keys; not the same as keyed BLAKE2s.</summary>
public static class HmacBlake2s
{
    /// <summary>The 32-byte code of the data under a key of up to 64 bytes.</summary>
    public static void Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> digest) =>
        Hash(key, data, default, digest);

    /// <summary>The 32-byte code of two pieces, one after the other, under a key of up to 64 bytes.</summary>
    public static void Hash(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        Span<byte> digest
    )
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, Blake2s.BlockLength);
        Span<byte> pad = stackalloc byte[Blake2s.BlockLength];
        Span<byte> inner = stackalloc byte[Blake2s.HashLength];
        pad.Clear();
        key.CopyTo(pad);
        foreach (ref byte b in pad)
            b ^= 0x36;
        Blake2sState state = Blake2sState.Start(default, Blake2s.HashLength);
        state.Update(pad);
        state.Update(first);
        state.Update(second);
        state.Finish(inner);
        foreach (ref byte b in pad)
            b ^= 0x36 ^ 0x5c;
        state = Blake2sState.Start(default, Blake2s.HashLength);
        state.Update(pad);
        state.Update(inner);
        state.Finish(digest);
        CryptographicOperations.ZeroMemory(pad);
        CryptographicOperations.ZeroMemory(inner);
    }
}
