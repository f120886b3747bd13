namespace Weft.Crypto;

/// <summary>The two halves of the AEAD at one width.</summary>
interface ICipherKernel
{
    /// <summary>Blocks of keystream that a long pass makes.</summary>
    static abstract int LongPass { get; }

    /// <summary>Blocks of keystream that a short pass makes, in less time than a long one.</summary>
    static abstract int ShortPass { get; }

    /// <summary>Makes <see cref="LongPass"/> blocks of keystream, from the given number on.</summary>
    static abstract void Long(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream);

    /// <summary>Makes <see cref="ShortPass"/> blocks of keystream, from the given number on.</summary>
    static abstract void Short(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream);

    /// <summary>Takes whole blocks into the authenticator.</summary>
    static abstract void Blocks(ref Poly1305 mac, ReadOnlySpan<byte> data);
}
