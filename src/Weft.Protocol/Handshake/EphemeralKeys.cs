using System.Collections.Concurrent;
using System.Security.Cryptography;
using Weft.Crypto;

namespace Weft.Protocol;

/// <summary>
/// Where a handshake's ephemeral key comes from (paper section 5.4.2). It does not depend on the message that it answers, and
/// making it is a quarter of a responder's work: while many wait, another thread may make keys ahead. Ahead means in
/// memory before its time, so whoever calls <see cref="MakeAhead"/> calls <see cref="Clear"/> when the rush is over. The node
/// owns it; any thread.
/// </summary>
public sealed class EphemeralKeys
{
    /// <summary>Keys that are made ahead at most.</summary>
    public const int Capacity = 128;

    readonly IEntropy _entropy;
    readonly ConcurrentQueue<PrivateKey> _ahead = new();

    internal EphemeralKeys(IEntropy entropy) => _entropy = entropy;

    /// <summary>Keys that are ready.</summary>
    public int Count => _ahead.Count;

    /// <summary>Makes keys until <see cref="Capacity"/> are ready: up to some milliseconds. One thread at a time.</summary>
    public void MakeAhead()
    {
        while (_ahead.Count < Capacity)
        {
            PrivateKey key = Make();
            // The dear part, which the key keeps.
            key.ToPublicKey();
            _ahead.Enqueue(key);
        }
    }

    /// <summary>Wipes the keys that were not needed.</summary>
    public void Clear()
    {
        while (_ahead.TryDequeue(out PrivateKey? key))
            key.Dispose();
    }

    /// <summary>A key that nobody else gets. The caller disposes it.</summary>
    internal PrivateKey Take() => _ahead.TryDequeue(out PrivateKey? key) ? key : Make();

    PrivateKey Make()
    {
        Span<byte> bytes = stackalloc byte[KeyText.KeyLength];
        _entropy.Fill(bytes);
        PrivateKey key = new(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }
}
