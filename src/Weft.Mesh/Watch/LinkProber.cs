using System.Diagnostics;
using System.Net;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// Asks the tunnel addresses of all peers at once through one interface, and again those that are still silent, within one
/// second. A reply that came too late for its check counts for the next. Owned by a <see cref="SiteWatch"/>; one thread.
/// </summary>
sealed class LinkProber : IDisposable
{
    /// <summary>The whole of a check, however many peers are silent.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(100);

    EchoSocket? _socket;
    int _link;
    ushort _sequence;

    /// <summary>Those of the addresses that answered.</summary>
    /// <param name="device">The interface's name.</param>
    /// <param name="link">Its index: one that was made anew needs a new socket.</param>
    /// <param name="targets">Tunnel addresses.</param>
    /// <param name="isEnough">Asked now and then; true ends the check early.</param>
    /// <exception cref="KernelRefusedException">No interface of that name, or no right to probe.</exception>
    internal HashSet<IPAddress> Probe(
        string device,
        int link,
        IReadOnlyCollection<IPAddress> targets,
        Func<bool> isEnough
    )
    {
        if (_socket is null || _link != link)
        {
            _socket?.Dispose();
            _socket = null;
            _socket = EchoSocket.Open(device);
            _link = link;
        }
        HashSet<IPAddress> silent = [.. targets];
        HashSet<IPAddress> answered = [];
        long begun = Stopwatch.GetTimestamp();
        TimeSpan nextRound = TimeSpan.Zero;
        while (true)
        {
            while (_socket.TryReceive(out EchoReply reply))
            {
                if (silent.Remove(reply.From))
                    answered.Add(reply.From);
            }
            TimeSpan elapsed = Stopwatch.GetElapsedTime(begun);
            if (silent.Count == 0 || elapsed >= Patience || isEnough())
                return answered;
            if (elapsed >= nextRound)
            {
                _sequence++;
                foreach (IPAddress target in silent)
                    _socket.TrySend(target, _sequence);
                nextRound = elapsed + s_again;
            }
            TimeSpan wait = TimeSpan.FromTicks(Math.Min(nextRound.Ticks, Patience.Ticks)) - elapsed;
            _socket.Wait(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        }
    }

    public void Dispose() => _socket?.Dispose();
}
