namespace Weft.Crypto;

/// <summary>BLAKE2s (RFC 7693) in one call; <see cref="Blake2sState"/> takes the data in pieces.</summary>
public static class Blake2s
{
    /// <summary>Bytes of a full digest.</summary>
    public const int HashLength = 32;

    /// <summary>Bytes of a short keyed digest, as in WireGuard's mac1, mac2 and cookies.</summary>
    public const int MacLength = 16;

    /// <summary>The longest key, in bytes.</summary>
    public const int MaxKeyLength = 32;

    /// <summary>Bytes that one compression takes.</summary>
    internal const int BlockLength = 64;

    /// <summary>The 32-byte hash of the data.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest) => Hash(data, default, digest);

    /// <summary>The 32-byte hash of two pieces, one after the other.</summary>
    public static void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> digest)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, HashLength);
        Blake2sState state = Blake2sState.Start(default, HashLength);
        state.Update(first);
        state.Update(second);
        state.Finish(digest);
    }

    /// <summary>The keyed hash of the data: the key has up to 32 bytes, the digest the length asked for, 1 to 32.</summary>
    public static void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> digest)
    {
        Blake2sState state = Blake2sState.Start(key, digest.Length);
        state.Update(data);
        state.Finish(digest);
    }
}
