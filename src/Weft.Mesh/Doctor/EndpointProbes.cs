using System.Net;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// Finds out past the tunnel whether endpoints can be reached: datagrams that mean nothing to their port and to the one beside
/// it, and pings of the host. Owned by a <see cref="PeerProber"/>; one thread.
/// </summary>
sealed class EndpointProbes : IDisposable
{
    /// <summary>Datagrams to the peer's port: routers limit errors to one a second, and what the device sends meets some too.</summary>
    const int Most = 30;

    /// <summary>Of what else is asked.</summary>
    const int MostBeside = 4;

    readonly Dictionary<IPEndPoint, Target> _targets = [];
    int _asked;

    /// <param name="mark">Of the device's own packets; 0 for none.</param>
    /// <param name="endpoints">Each once.</param>
    internal EndpointProbes(uint mark, IEnumerable<IPEndPoint> endpoints)
    {
        foreach (IPEndPoint endpoint in endpoints)
        {
            IPEndPoint beside = new(endpoint.Address, endpoint.Port == ushort.MaxValue ? 1024 : endpoint.Port + 1);
            (UdpProbe? probe, Errno? refused) = Open(endpoint, mark);
            _targets[endpoint] = new Target(probe, Open(beside, mark).Probe, new EchoQuestion(endpoint.Address))
            {
                Refused = refused,
                MayPing = mark == 0,
            };
        }
    }

    /// <summary>Asks once more, and waits a little for what comes of it.</summary>
    internal void Ask(TimeSpan patience)
    {
        foreach (Target target in _targets.Values)
        {
            // An error of an earlier datagram is told by a later send too; only a firewall of this host says EPERM.
            if (_asked < Most && target.Probe?.Send() == Errno.EPERM)
                target.Refused = Errno.EPERM;
            if (_asked < MostBeside)
                target.Beside?.Send();
        }
        _asked++;
        List<EchoQuestion> pings =
        [
            .. _targets.Values.Where(t => t.MayPing).Select(t => t.Ping).Where(p => p.Reply is null),
        ];
        if (_asked <= MostBeside && pings.Count > 0)
        {
            using EchoSocket socket = EchoSocket.Open("", withErrors: true);
            EchoRound.Ask(socket, pings, patience, patience);
        }
        else
        {
            Thread.Sleep(patience);
        }
        foreach (Target target in _targets.Values)
        {
            while (target.Probe?.TryReceive(out UdpRefusal refusal) == true)
                target.Refusals.Add(refusal);
            while (target.Beside?.TryReceive(out UdpRefusal refusal) == true)
                target.BesideRefusals.Add(refusal);
        }
    }

    /// <summary>The probe with what was found out about the endpoint.</summary>
    internal PeerProbe Complete(PeerProbe probe, IPEndPoint? endpoint) =>
        endpoint is not null && _targets.TryGetValue(endpoint, out Target? target)
            ? probe with
            {
                Refused = target.Refused,
                Refusals = [.. target.Refusals.Distinct()],
                SignOfLife = target.SignOfLife,
            }
            : probe;

    public void Dispose()
    {
        foreach (Target target in _targets.Values)
        {
            target.Probe?.Dispose();
            target.Beside?.Dispose();
        }
    }

    static (UdpProbe? Probe, Errno? Refused) Open(IPEndPoint to, uint mark)
    {
        try
        {
            return (UdpProbe.Open(to, mark), null);
        }
        catch (KernelRefusedException e)
        {
            return (null, e.Error);
        }
    }

    sealed class Target(UdpProbe? probe, UdpProbe? beside, EchoQuestion ping)
    {
        internal UdpProbe? Probe => probe;

        internal UdpProbe? Beside => beside;

        internal EchoQuestion Ping => ping;

        /// <summary>A ping bears no mark, and may take another way where that decides.</summary>
        internal bool MayPing { get; init; }

        internal Errno? Refused { get; set; }

        internal List<UdpRefusal> Refusals { get; } = [];

        internal List<UdpRefusal> BesideRefusals { get; } = [];

        internal string? SignOfLife
        {
            get
            {
                if (BesideRefusals.Any(r => r.Error.IsPortUnreachable && r.From.Equals(beside!.To.Address)))
                    return $"{beside!.To.Address} is there: it says 'port unreachable' of UDP port {beside.To.Port}, and nothing of the peer's";
                return ping.IsAnswered ? $"{ping.To} is there: it answers pings" : null;
            }
        }
    }
}
