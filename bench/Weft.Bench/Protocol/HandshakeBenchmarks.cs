using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Weft.Crypto;
using Weft.Protocol;

namespace Weft.Bench.Protocol;

/// <summary>
/// The three steps of a handshake, each with a new ephemeral key where the protocol wants one and the static-static secret
/// known, as it is from a peer's second handshake on; and all that two nodes do for one.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "They live as long as the process.")]
public class HandshakeBenchmarks
{
    readonly PrivateKey _initiator = PrivateKey.Generate();
    readonly PrivateKey _responder = PrivateKey.Generate();
    readonly byte[] _staticStatic = new byte[32];
    readonly byte[] _preshared = RandomNumberGenerator.GetBytes(32);
    readonly byte[] _timestamp = new byte[12];
    readonly byte[] _first = new byte[108];
    readonly byte[] _second = new byte[48];
    readonly byte[] _start = new byte[SymmetricState.StorageLength];
    readonly byte[] _kept = new byte[SymmetricState.StorageLength];
    readonly byte[] _storage = new byte[SymmetricState.StorageLength];
    readonly byte[] _keys = new byte[64];
    readonly NodePair _nodes = new();
    PrivateKey _ephemeral = null!;
    PublicKey _initiatorKey;
    PublicKey _responderKey;

    [GlobalSetup]
    public void Prepare()
    {
        _initiatorKey = _initiator.ToPublicKey();
        _responderKey = _responder.ToPublicKey();
        _initiator.SharedSecret(_responderKey, _staticStatic);
        IkPsk2.Start(new SymmetricState(_start), LocalIdentity.Prologue, _responderKey);
        Initiate();
        _storage.CopyTo(_kept, 0);
        if (!Respond() || !Complete())
            throw new InvalidOperationException("The handshake fails.");
    }

    [Benchmark]
    public bool Initiate()
    {
        _start.CopyTo(_storage, 0);
        // Kept, as the initiator keeps it until the answer comes.
        _ephemeral = PrivateKey.Generate();
        return IkPsk2.WriteFirst(
            new SymmetricState(_storage),
            _ephemeral,
            _initiatorKey,
            _responderKey,
            _staticStatic,
            _timestamp,
            _first
        );
    }

    [Benchmark]
    public bool Respond()
    {
        _start.CopyTo(_storage, 0);
        SymmetricState state = new(_storage);
        if (
            !IkPsk2.ReadFirstStatic(state, _responder, _first, out PublicKey initiator)
            || !IkPsk2.ReadFirstPayload(state, _staticStatic, _first, _timestamp)
        )
            return false;
        using PrivateKey ephemeral = PrivateKey.Generate();
        PublicKey initiatorEphemeral = new(_first.AsSpan(0, 32));
        bool done = IkPsk2.WriteSecond(state, ephemeral, initiatorEphemeral, initiator, _preshared, default, _second);
        state.Split(_keys.AsSpan(32), _keys.AsSpan(0, 32));
        return done;
    }

    [Benchmark]
    public bool Complete()
    {
        _kept.CopyTo(_storage, 0);
        SymmetricState state = new(_storage);
        bool done = IkPsk2.ReadSecond(state, _ephemeral, _initiator, _preshared, _second, default);
        state.Split(_keys.AsSpan(0, 32), _keys.AsSpan(32));
        return done;
    }

    /// <summary>Messages, MACs, indices, sessions and timers of both nodes included.</summary>
    [Benchmark]
    public void Two_nodes() => _nodes.ShakeHands();
}
