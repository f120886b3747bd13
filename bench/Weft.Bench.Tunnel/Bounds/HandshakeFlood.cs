using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weft.Bench.Tunnel.Contenders;
using Weft.Bench.Tunnel.Measures;
using Weft.Protocol;

namespace Weft.Bench.Tunnel.Bounds;

/// <summary>
/// How many handshakes a second a responder answers. Thousands of peers' valid initiations are made beforehand, so that the
/// sender costs next to nothing; a few dozen are always on their way, fewer than make either contender call itself under
/// load. Every contender is a fresh daemon with the same key, the same peers and the same initiations.
/// </summary>
sealed class HandshakeFlood : IDisposable
{
    /// <summary>Initiations on their way: a quarter of the queue at which wireguard-go, the sooner one, hands out cookies.</summary>
    const int Window = 32;

    const int Peers = 2000;
    const int Repetitions = 20;
    static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    readonly KeyPair _responder = KeyPair.Generate();
    readonly List<Initiator> _peers = [];
    readonly List<byte[]> _initiations = [];

    internal HandshakeFlood()
    {
        byte[] packet = new byte[20];
        packet[0] = 0x45;
        for (int i = 0; i < Peers; i++)
            _peers.Add(new Initiator(_responder.PublicKey, packet));
        for (int i = 0; i < Repetitions; i++)
            _initiations.AddRange(_peers.Select(peer => peer.Initiate()));
    }

    internal static async Task<Bound[]> Measure(WireGuardDaemon weft, WireGuardDaemon go, int rounds)
    {
        using HandshakeFlood flood = new();
        List<Answers> ours = [];
        List<Answers> theirs = [];
        for (int round = 0; round < rounds; round++)
        {
            ours.Add(await flood.Run(weft).ConfigureAwait(false));
            theirs.Add(await flood.Run(go).ConfigureAwait(false));
        }
        double rate = Median.Of(ours.Select(a => a.PerSecond));
        double other = Median.Of(theirs.Select(a => a.PerSecond));
        string how = FormattableString.Invariant(
            $"{rate:F0}/s and {Median.Of(ours.Select(a => a.Cpu)):F0} µs of processor each; wireguard-go {other:F0}/s and {Median.Of(theirs.Select(a => a.Cpu)):F0} µs"
        );
        return [new("handshakes answered, times wireguard-go", rate / other, "", "F2", 1, AtMost: false, how)];
    }

    public void Dispose() => _peers.ForEach(peer => peer.Dispose());

    async Task<Answers> Run(WireGuardDaemon contender)
    {
        TwoHosts hosts = TwoHosts.Start();
        await using (hosts.ConfigureAwait(false))
        {
            int pid = contender.StartDaemon(hosts.B).Pid;
            WireGuardDaemon.Configure(hosts.B, _responder, Configuration());
            TwoHosts.SetUpDevice(hosts.B);
            using Socket socket = hosts.A.OpenSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(IPAddress.Parse(TwoHosts.OuterB), WireGuardDaemon.Port);
            socket.ReceiveTimeout = (int)s_patience.TotalMilliseconds;
            // The first of each peer is dearer, and what answers it may still be compiled.
            Ask(socket, _initiations[..Peers]);
            double before = ProcessUse.CpuSeconds(pid);
            var watch = Stopwatch.StartNew();
            int count = Ask(socket, _initiations[Peers..]);
            double elapsed = watch.Elapsed.TotalSeconds;
            double cpu = ProcessUse.CpuSeconds(pid) - before;
            if (count < (_initiations.Count - Peers) * 0.99)
                throw new InvalidOperationException(
                    $"{contender.Name} answered {count} of {_initiations.Count - Peers} handshakes"
                );
            Join(socket, _peers[0], contender.Name);
            return new Answers(count / elapsed, cpu / count * 1e6);
        }
    }

    string Configuration()
    {
        StringBuilder text = new();
        foreach (Initiator peer in _peers)
            text.Append("[Peer]\nPublicKey = ").Append(peer.PublicKeyText).Append('\n');
        return text.ToString();
    }

    /// <summary>Sends all, a window of them at a time; returns how many were answered, each by its own response.</summary>
    static int Ask(Socket socket, List<byte[]> initiations)
    {
        HashSet<uint> waiting = [];
        byte[] answer = new byte[256];
        int answered = 0;
        int next = 0;
        while (next < initiations.Count || waiting.Count > 0)
        {
            while (waiting.Count < Window && next < initiations.Count)
            {
                byte[] initiation = initiations[next++];
                waiting.Add(BinaryPrimitives.ReadUInt32LittleEndian(initiation.AsSpan(4)));
                socket.Send(initiation);
            }
            int length = Receive(socket, answer);
            if (length == 0)
                waiting.Clear();
            else if (Datagram.KindOf(answer.AsSpan(0, length)) == DatagramKind.Cookie)
                throw new InvalidOperationException(
                    "A cookie came: the responder is under load, which is not what is measured."
                );
            else if (waiting.Remove(BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(8))))
                answered++;
        }
        return answered;
    }

    /// <summary>Nothing is proved by an answer's length: one peer completes its handshake.</summary>
    static void Join(Socket socket, Initiator peer, string name)
    {
        byte[] answer = new byte[256];
        byte[] initiation = peer.Initiate();
        socket.Send(initiation);
        int length;
        do length = Receive(socket, answer);
        while (length > 0 && !answer.AsSpan(8, 4).SequenceEqual(initiation.AsSpan(4, 4)));
        peer.Complete(answer[..length]);
        if (!peer.IsJoined)
            throw new InvalidOperationException($"{name}'s answers complete no handshake");
    }

    /// <summary>Zero when nothing comes in time.</summary>
    static int Receive(Socket socket, byte[] buffer)
    {
        try
        {
            return socket.Receive(buffer);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return 0;
        }
    }

    /// <param name="Cpu">Microseconds of the responder's processor time, each.</param>
    readonly record struct Answers(double PerSecond, double Cpu);
}
