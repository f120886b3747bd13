using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Weft.Protocol;

/// <summary>
/// The receiver indices in use, each for a handshake or the session that came of it. Random, so that they tell nothing.
/// The node owns it; packet loops read it without a lock, changes happen under the gate.
/// </summary>
sealed class SessionIndex(IEntropy entropy)
{
    readonly ConcurrentDictionary<uint, Slot> _slots = new();

    internal int Count => _slots.Count;

    /// <summary>A free index, now taken by a handshake of the tunnel.</summary>
    internal uint Reserve(Tunnel tunnel)
    {
        Slot slot = new(tunnel, null);
        uint index = 0;
        do entropy.Fill(MemoryMarshal.AsBytes(new Span<uint>(ref index)));
        while (!_slots.TryAdd(index, slot));
        return index;
    }

    /// <summary>The handshake under the session's index has become that session.</summary>
    internal void Attach(Session session) => _slots[session.LocalIndex] = new Slot(session.Tunnel, session);

    internal void Release(uint index) => _slots.TryRemove(index, out _);

    internal Session? FindSession(uint index) => _slots.TryGetValue(index, out Slot? slot) ? slot.Session : null;

    internal Tunnel? FindTunnel(uint index) => _slots.TryGetValue(index, out Slot? slot) ? slot.Tunnel : null;

    /// <summary>What a message shows that is addressed to the index: a handshake's is known to its peer alone, a session's for long to many.</summary>
    internal HandshakeClaim ClaimOf(uint index)
    {
        if (!_slots.TryGetValue(index, out Slot? slot))
            return HandshakeClaim.None;
        return slot.Session is null ? HandshakeClaim.Proven : HandshakeClaim.Unproven;
    }

    sealed record Slot(Tunnel Tunnel, Session? Session);
}
