using System.Diagnostics.CodeAnalysis;

namespace Weft.Protocol;

/// <summary>
/// Tunnels by when they next have something to do: a binary heap in which a tunnel knows its own place, so that a deadline
/// can move either way. The node owns it, under its gate; thousands of idle peers cost nothing until one is due.
/// </summary>
sealed class DeadlineHeap
{
    readonly List<Tunnel> _tunnels = [];

    /// <summary>The earliest deadline, or Never.</summary>
    internal Instant Earliest => _tunnels.Count == 0 ? Instant.Never : _tunnels[0].Scheduled;

    /// <summary>Takes out the tunnel that is due first, if one is due.</summary>
    /// <param name="isAwake">
    /// Another one was due just now. Then also one that may send its persistent keepalive: so those of many peers come to go
    /// together, and a thousand of them don't wake the machine forty times a second.
    /// </param>
    internal bool TryTakeDue(Instant now, bool isAwake, [NotNullWhen(true)] out Tunnel? tunnel)
    {
        tunnel = null;
        if (_tunnels.Count == 0)
            return false;
        Tunnel first = _tunnels[0];
        if (first.Scheduled > now && !(isAwake && first.Timers.MaySendPersistent(now)))
            return false;
        Remove(first);
        tunnel = first;
        return true;
    }

    /// <summary>Puts the tunnel where its deadline belongs, or takes it out if that is Never.</summary>
    internal void Set(Tunnel tunnel, Instant deadline)
    {
        if (deadline == Instant.Never)
        {
            Remove(tunnel);
            return;
        }
        tunnel.Scheduled = deadline;
        if (tunnel.HeapPlace < 0)
        {
            tunnel.HeapPlace = _tunnels.Count;
            _tunnels.Add(tunnel);
        }
        Sink(Rise(tunnel.HeapPlace));
    }

    internal void Remove(Tunnel tunnel)
    {
        tunnel.Scheduled = Instant.Never;
        int place = tunnel.HeapPlace;
        if (place < 0)
            return;
        tunnel.HeapPlace = -1;
        Tunnel last = _tunnels[^1];
        _tunnels.RemoveAt(_tunnels.Count - 1);
        if (last == tunnel)
            return;
        Place(last, place);
        Sink(Rise(place));
    }

    int Rise(int place)
    {
        Tunnel tunnel = _tunnels[place];
        while (place > 0 && tunnel.Scheduled < _tunnels[(place - 1) / 2].Scheduled)
        {
            Place(_tunnels[(place - 1) / 2], place);
            place = (place - 1) / 2;
        }
        Place(tunnel, place);
        return place;
    }

    void Sink(int place)
    {
        Tunnel tunnel = _tunnels[place];
        while (2 * place + 1 < _tunnels.Count)
        {
            int child = 2 * place + 1;
            if (child + 1 < _tunnels.Count && _tunnels[child + 1].Scheduled < _tunnels[child].Scheduled)
                child++;
            if (tunnel.Scheduled <= _tunnels[child].Scheduled)
                break;
            Place(_tunnels[child], place);
            place = child;
        }
        Place(tunnel, place);
    }

    void Place(Tunnel tunnel, int place)
    {
        _tunnels[place] = tunnel;
        tunnel.HeapPlace = place;
    }
}
