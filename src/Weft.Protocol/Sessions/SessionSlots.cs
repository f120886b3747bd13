using System.Diagnostics.CodeAnalysis;

namespace Weft.Protocol;

/// <summary>
/// A tunnel's three sessions (paper section 6.3 and the kernel's practice): what is sent goes out on the current one, the
/// previous one still opens what is under way, the next one waits for the initiator's first data. Read without a lock;
/// every change is made under the slots' own lock, because packet loops confirm.
/// </summary>
sealed class SessionSlots(SessionIndex index)
{
    readonly Lock _lock = new();
    Session? _previous;
    Session? _current;
    Session? _next;

    internal Session? Previous => Volatile.Read(ref _previous);

    internal Session? Current => Volatile.Read(ref _current);

    internal Session? Next => Volatile.Read(ref _next);

    internal bool TryGetSend(Instant now, [NotNullWhen(true)] out Session? session)
    {
        session = Volatile.Read(ref _current);
        return session is not null && session.CanSend(now);
    }

    /// <summary>We initiated and the response came: the peer has the keys, so they are used at once.</summary>
    internal void AddAsInitiator(Session session)
    {
        lock (_lock)
        {
            index.Attach(session);
            Retire(_previous);
            if (_next is not null)
            {
                // Both sides initiated. The peer may already be sending on what waits here, so it outlives the current.
                Retire(_current);
                _previous = _next;
                Volatile.Write(ref _next, null);
            }
            else
            {
                _previous = _current;
            }
            Volatile.Write(ref _current, session);
        }
    }

    /// <summary>We responded: the response may get lost, so the session waits for proof that it came.</summary>
    internal void AddAsResponder(Session session)
    {
        lock (_lock)
        {
            index.Attach(session);
            // The kernel also drops the previous one here. After both sides initiated at once the peer may still be sending
            // on it, until our response is there; so it stays until this session is confirmed.
            Retire(_next);
            Volatile.Write(ref _next, session);
        }
    }

    /// <summary>Data came on the session. True if that was the proof it waited for: it is current now.</summary>
    internal bool TryConfirm(Session session)
    {
        if (Volatile.Read(ref _next) != session)
            return false;
        lock (_lock)
        {
            if (_next != session)
                return false;
            Retire(_previous);
            _previous = _current;
            Volatile.Write(ref _current, session);
            Volatile.Write(ref _next, null);
            return true;
        }
    }

    /// <summary>Our key changed: nothing more is sent on these.</summary>
    internal void ExpireSending()
    {
        lock (_lock)
        {
            _current?.ExpireSending();
            _next?.ExpireSending();
        }
    }

    /// <summary>Wipes all three.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            Retire(_previous);
            Retire(_current);
            Retire(_next);
            _previous = null;
            Volatile.Write(ref _current, null);
            Volatile.Write(ref _next, null);
        }
    }

    void Retire(Session? session)
    {
        if (session is null)
            return;
        index.Release(session.LocalIndex);
        session.Retire();
    }
}
