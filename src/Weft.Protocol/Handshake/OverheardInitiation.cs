using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// What the owner of a private key can tell of an initiation (paper section 5.4.2) that was overheard on its way, whatever
/// the device made of it: for those who look for the cause of silence. Nothing is answered, and no state is kept.
/// </summary>
/// <param name="IsForUs">It was made for our public key (its mac1 is right).</param>
/// <param name="Initiator">The static key that its sender claims; null when it was made for another key than ours.</param>
/// <param name="Sent">The clock of its sender; null when it does not hold the private key to what it claims.</param>
public sealed record OverheardInitiation(bool IsForUs, PublicKey? Initiator, DateTimeOffset? Sent)
{
    /// <summary>What the mac1 of any handshake message says: whether its sender meant our public key.</summary>
    public static bool IsMeantFor(PublicKey own, ReadOnlySpan<byte> datagram)
    {
        if (Datagram.KindOf(datagram) is not (DatagramKind.Initiation or DatagramKind.Response))
            return false;
        using CookieChecker checker = new(own);
        return checker.HasValidMac1(datagram.ToArray());
    }

    /// <param name="own">Our key.</param>
    /// <param name="datagram">An initiation, whole.</param>
    public static OverheardInitiation Read(PrivateKey own, ReadOnlySpan<byte> datagram)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (Datagram.KindOf(datagram) != DatagramKind.Initiation || own.IsZero)
            return new OverheardInitiation(false, null, null);
        using LocalIdentity identity = new(own);
        byte[] bytes = datagram.ToArray();
        if (!identity.Cookies.HasValidMac1(bytes))
            return new OverheardInitiation(false, null, null);
        InitiationMessage message = new(bytes);
        Span<byte> storage = stackalloc byte[SymmetricState.StorageLength];
        Span<byte> shared = stackalloc byte[X25519.Length];
        try
        {
            SymmetricState state = new(storage);
            identity.StartAsResponder(storage);
            if (!IkPsk2.ReadFirstStatic(state, own, message.Noise, out PublicKey initiator))
                return new OverheardInitiation(true, null, null);
            Span<byte> timestamp = stackalloc byte[Tai64N.Length];
            bool isProven =
                own.SharedSecret(initiator, shared) && IkPsk2.ReadFirstPayload(state, shared, message.Noise, timestamp);
            return new OverheardInitiation(true, initiator, isProven ? Tai64N.Read(timestamp).ToUnixTime() : null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(storage);
            CryptographicOperations.ZeroMemory(shared);
        }
    }
}
