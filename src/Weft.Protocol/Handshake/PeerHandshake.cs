using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// The handshake with one peer (paper section 5.4), both roles, without timers or sending: what is kept between an
/// initiation and its response, the static-static secret, and the guards against replay. Its tunnel owns it, under the
/// gate.
/// </summary>
/// <remarks>
/// What we wait for as initiator is kept apart from what we answer as responder. So two sides that start at the same
/// moment both finish, where sharing one state would make each spoil its own and wait out the retry.
/// </remarks>
sealed class PeerHandshake(PublicKey peer) : IDisposable
{
    /// <summary>Sending key, then receiving key.</summary>
    internal const int KeysLength = 64;

    static readonly byte[] NoPresharedKey = new byte[KeyText.KeyLength];

    readonly SecretBytes _kept = new(SymmetricState.KeptLength);
    SecretBytes? _staticStatic;
    bool _isUsable;
    PrivateKey? _ephemeral;
    Tai64N _lastSent;
    Tai64N _lastReceived;
    Instant? _lastAccepted;

    /// <summary>Null when none is set. Owned.</summary>
    internal PresharedKey? PresharedKey { get; set; }

    /// <summary>Whether an initiation of ours is unanswered, and the index that its answer will carry.</summary>
    internal bool IsPending => _ephemeral is not null;

    internal uint PendingIndex { get; private set; }

    /// <summary>
    /// Writes an initiation, MACs aside, and keeps what its response will need; forget an older one first. False when the
    /// peer's key is of low order: there can be no handshake with it.
    /// </summary>
    internal bool TryInitiate(
        LocalIdentity own,
        EphemeralKeys ephemerals,
        WallTime wall,
        uint index,
        InitiationMessage message
    )
    {
        if (!TryGetStaticStatic(own, out SecretBytes? staticStatic))
            return false;
        Span<byte> storage = stackalloc byte[SymmetricState.StorageLength];
        SymmetricState state = new(storage);
        IkPsk2.Start(state, LocalIdentity.Prologue, peer);
        Span<byte> timestamp = stackalloc byte[Tai64N.Length];
        NextTimestamp(wall).Write(timestamp);
        PrivateKey ephemeral = ephemerals.Take();
        message.WriteHeader(index);
        if (!IkPsk2.WriteFirst(state, ephemeral, own.PublicKey, peer, staticStatic.Span, timestamp, message.Noise))
        {
            ephemeral.Dispose();
            CryptographicOperations.ZeroMemory(storage);
            return false;
        }
        storage[..SymmetricState.KeptLength].CopyTo(_kept.Span);
        CryptographicOperations.ZeroMemory(storage);
        _ephemeral = ephemeral;
        PendingIndex = index;
        return true;
    }

    /// <summary>
    /// Finishes reading an initiation whose static key, this peer's, has been read. False when it is forged, replayed, or
    /// follows another too closely.
    /// </summary>
    internal bool TryAccept(Instant now, LocalIdentity own, SymmetricState state, InitiationMessage message)
    {
        if (!TryGetStaticStatic(own, out SecretBytes? staticStatic))
            return false;
        Span<byte> timestamp = stackalloc byte[Tai64N.Length];
        if (!IkPsk2.ReadFirstPayload(state, staticStatic.Span, message.Noise, timestamp))
            return false;
        Tai64N sent = Tai64N.Read(timestamp);
        if (sent <= _lastReceived || now - _lastAccepted < ProtocolTimes.InitiationGuard)
            return false;
        _lastReceived = sent;
        _lastAccepted = now;
        return true;
    }

    /// <summary>Writes the response to an accepted initiation, MACs aside, and gives the session's keys.</summary>
    internal bool TryRespond(
        EphemeralKeys ephemerals,
        SymmetricState state,
        InitiationMessage initiation,
        uint index,
        ResponseMessage message,
        Span<byte> keys
    )
    {
        using PrivateKey ephemeral = ephemerals.Take();
        message.WriteHeader(index, initiation.Sender);
        PublicKey initiatorEphemeral = new(initiation.Ephemeral);
        if (!IkPsk2.WriteSecond(state, ephemeral, initiatorEphemeral, peer, PresharedBytes, default, message.Noise))
            return false;
        state.Split(keys[32..], keys[..32]);
        return true;
    }

    /// <summary>Reads the response to the pending initiation and gives the session's keys. A forged one changes nothing.</summary>
    internal bool TryComplete(LocalIdentity own, ResponseMessage message, Span<byte> keys)
    {
        if (_ephemeral is null)
            return false;
        Span<byte> storage = stackalloc byte[SymmetricState.StorageLength];
        _kept.Span.CopyTo(storage);
        SymmetricState state = new(storage);
        bool done = IkPsk2.ReadSecond(state, _ephemeral, own.PrivateKey, PresharedBytes, message.Noise, default);
        if (done)
            state.Split(keys[..32], keys[32..]);
        CryptographicOperations.ZeroMemory(storage);
        return done;
    }

    /// <summary>Wipes what the pending initiation left; its index is the caller's to release.</summary>
    internal void ForgetPending()
    {
        CryptographicOperations.ZeroMemory(_kept.Span);
        _ephemeral?.Dispose();
        _ephemeral = null;
    }

    /// <summary>Our key changed: so did the static-static secret.</summary>
    internal void ForgetIdentity()
    {
        _staticStatic?.Dispose();
        _staticStatic = null;
    }

    public void Dispose()
    {
        ForgetPending();
        ForgetIdentity();
        PresharedKey?.Dispose();
        PresharedKey = null;
        _kept.Dispose();
    }

    ReadOnlySpan<byte> PresharedBytes => PresharedKey is null ? NoPresharedKey : PresharedKey.Span;

    /// <summary>Computed when first needed, so that a new key does not cost thousands of multiplications at once.</summary>
    bool TryGetStaticStatic(LocalIdentity own, [NotNullWhen(true)] out SecretBytes? secret)
    {
        if (_staticStatic is null)
        {
            _staticStatic = new SecretBytes(X25519.Length);
            _isUsable = own.PrivateKey.SharedSecret(peer, _staticStatic.Span);
        }
        secret = _staticStatic;
        return _isUsable;
    }

    /// <summary>
    /// Never less than or equal to the last: a wall clock that was set back must not make our initiations look replayed.
    /// </summary>
    Tai64N NextTimestamp(WallTime wall)
    {
        Tai64N timestamp = Tai64N.From(wall);
        if (timestamp <= _lastSent)
            timestamp = _lastSent.Next();
        _lastSent = timestamp;
        return timestamp;
    }
}
