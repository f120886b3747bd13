using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// The two keys that anyone can derive from a public key (paper section 5.4.4 and 5.4.7): one for mac1 of messages to its
/// owner, one for cookie replies from it.
/// </summary>
static class MacKeys
{
    internal const int Length = Blake2s.HashLength;

    internal static void DeriveMac1(PublicKey receiver, Span<byte> key) =>
        Blake2s.Hash("mac1----"u8, receiver.Span, key);

    internal static void DeriveCookie(PublicKey replier, Span<byte> key) =>
        Blake2s.Hash("cookie--"u8, replier.Span, key);
}
