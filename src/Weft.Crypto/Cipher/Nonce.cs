namespace Weft.Crypto;

/// <summary>
/// The 96-bit nonce of RFC 8439 as two little-endian numbers. WireGuard's is four zero bytes and the packet's counter.
/// </summary>
readonly record struct Nonce(uint Prefix, ulong Counter);
