namespace Weft.Protocol;

/// <summary>What a packet loop or a configuration change asks of the control thread.</summary>
[Flags]
enum Attention
{
    None = 0,

    /// <summary>A timer was armed that is due before the tunnel's scheduled deadline.</summary>
    Reschedule = 1,

    /// <summary>A new session is wanted.</summary>
    Handshake = 2,

    /// <summary>A packet must go out, even an empty one.</summary>
    Keepalive = 4,

    /// <summary>Data on the next session arrived: the handshake that made it is complete.</summary>
    Confirmed = 8,

    /// <summary>The endpoint was changed: a handshake that waits should not wait for the old one.</summary>
    NewEndpoint = 16,

    /// <summary>The peer was heard at another source, which the routing may not lead back by.</summary>
    NewSource = 32,
}

/// <summary>
/// The tunnels that want the control thread: a stack linked through the tunnels themselves, pushed by any thread without
/// a lock or an allocation, taken whole by the one that holds the gate.
/// </summary>
sealed class AttentionList
{
    Tunnel? _first;

    internal bool IsEmpty => Volatile.Read(ref _first) is null;

    /// <summary>The tunnel must not be in the list.</summary>
    internal void Push(Tunnel tunnel)
    {
        Tunnel? first;
        do
        {
            first = Volatile.Read(ref _first);
            tunnel.NextInAttention = first;
        } while (Interlocked.CompareExchange(ref _first, tunnel, first) != first);
    }

    /// <summary>All that are in it, linked by <see cref="Tunnel.NextInAttention"/>.</summary>
    internal Tunnel? TakeAll() => Interlocked.Exchange(ref _first, null);
}
