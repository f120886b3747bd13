namespace Weft.Protocol;

/// <summary>
/// A view of the two MACs that end both handshake messages (paper section 5.4.4): mac1 proves that the sender knows who
/// it talks to, mac2 that it can receive at its address.
/// </summary>
readonly ref struct Macs
{
    internal const int MacLength = 16;

    readonly Span<byte> _message;

    /// <param name="message">A whole initiation or response.</param>
    internal Macs(Span<byte> message) => _message = message;

    internal Span<byte> Mac1 => _message[^(2 * MacLength)..^MacLength];

    internal Span<byte> Mac2 => _message[^MacLength..];

    /// <summary>What mac1 covers: all before it.</summary>
    internal ReadOnlySpan<byte> UnderMac1 => _message[..^(2 * MacLength)];

    /// <summary>What mac2 covers: all before it, mac1 included.</summary>
    internal ReadOnlySpan<byte> UnderMac2 => _message[..^MacLength];
}
