using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s, message by message (Noise specification sections 5.3, 7.5 and 9). Prologue,
/// ephemerals and payloads are arguments, so published vectors can drive it; the static-static secret is one too, because
/// a peer's does not change. False means that the handshake must be given up: a tag is wrong or a shared secret is zero.
/// </summary>
static class IkPsk2
{
    internal const int PointLength = X25519.Length;
    internal const int TagLength = ChaCha20Poly1305Key.TagLength;
    const int SealedStaticEnd = PointLength + PointLength + TagLength;

    internal static ReadOnlySpan<byte> ProtocolName => "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"u8;

    /// <summary>Both sides: what they know before the first message.</summary>
    internal static void Start(SymmetricState state, ReadOnlySpan<byte> prologue, PublicKey responder)
    {
        state.Start(ProtocolName);
        state.MixHash(prologue);
        state.MixHash(responder.Span);
    }

    /// <summary>Initiator: e, es, s, ss. The message is 96 bytes longer than the payload.</summary>
    internal static bool WriteFirst(
        SymmetricState state,
        PrivateKey ephemeral,
        PublicKey initiator,
        PublicKey responder,
        ReadOnlySpan<byte> staticStatic,
        ReadOnlySpan<byte> payload,
        Span<byte> message
    )
    {
        MixEphemeral(state, ephemeral, message[..PointLength]);
        if (!MixShared(state, ephemeral, responder))
            return false;
        state.EncryptAndHash(initiator.Span, message[PointLength..SealedStaticEnd]);
        state.MixKey(staticStatic);
        state.EncryptAndHash(payload, message[SealedStaticEnd..]);
        return true;
    }

    /// <summary>Responder: e, es, s, which says who the initiator claims to be.</summary>
    internal static bool ReadFirstStatic(
        SymmetricState state,
        PrivateKey responder,
        ReadOnlySpan<byte> message,
        out PublicKey initiator
    )
    {
        initiator = default;
        PublicKey ephemeral = ReadEphemeral(state, message);
        Span<byte> opened = stackalloc byte[PointLength];
        if (!MixShared(state, responder, ephemeral))
            return false;
        if (!state.DecryptAndHash(message[PointLength..SealedStaticEnd], opened))
            return false;
        initiator = new PublicKey(opened);
        return true;
    }

    /// <summary>Responder: ss and the payload, which prove it.</summary>
    internal static bool ReadFirstPayload(
        SymmetricState state,
        ReadOnlySpan<byte> staticStatic,
        ReadOnlySpan<byte> message,
        Span<byte> payload
    )
    {
        state.MixKey(staticStatic);
        return state.DecryptAndHash(message[SealedStaticEnd..], payload);
    }

    /// <summary>Responder: e, ee, se, psk. The message is 48 bytes longer than the payload.</summary>
    /// <param name="initiatorEphemeral">From the first message.</param>
    internal static bool WriteSecond(
        SymmetricState state,
        PrivateKey ephemeral,
        PublicKey initiatorEphemeral,
        PublicKey initiator,
        ReadOnlySpan<byte> presharedKey,
        ReadOnlySpan<byte> payload,
        Span<byte> message
    )
    {
        MixEphemeral(state, ephemeral, message[..PointLength]);
        if (!MixShared(state, ephemeral, initiatorEphemeral) || !MixShared(state, ephemeral, initiator))
            return false;
        state.MixKeyAndHash(presharedKey);
        state.EncryptAndHash(payload, message[PointLength..]);
        return true;
    }

    /// <summary>Initiator: e, ee, se, psk. Spoils the state when it fails.</summary>
    internal static bool ReadSecond(
        SymmetricState state,
        PrivateKey ephemeral,
        PrivateKey initiator,
        ReadOnlySpan<byte> presharedKey,
        ReadOnlySpan<byte> message,
        Span<byte> payload
    )
    {
        PublicKey responderEphemeral = ReadEphemeral(state, message);
        if (!MixShared(state, ephemeral, responderEphemeral) || !MixShared(state, initiator, responderEphemeral))
            return false;
        state.MixKeyAndHash(presharedKey);
        return state.DecryptAndHash(message[PointLength..], payload);
    }

    /// <summary>With a PSK, ephemerals are mixed into the key as well (Noise specification section 9.2).</summary>
    static void MixEphemeral(SymmetricState state, PrivateKey ephemeral, Span<byte> point)
    {
        ephemeral.ToPublicKey().Span.CopyTo(point);
        state.MixHash(point);
        state.MixKey(point);
    }

    static PublicKey ReadEphemeral(SymmetricState state, ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> point = message[..PointLength];
        state.MixHash(point);
        state.MixKey(point);
        return new PublicKey(point);
    }

    static bool MixShared(SymmetricState state, PrivateKey own, PublicKey other)
    {
        Span<byte> shared = stackalloc byte[PointLength];
        bool usable = own.SharedSecret(other, shared);
        if (usable)
            state.MixKey(shared);
        CryptographicOperations.ZeroMemory(shared);
        return usable;
    }
}
