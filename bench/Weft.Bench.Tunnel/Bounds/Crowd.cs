using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weft.Bench.Tunnel.Contenders;
using Weft.Bench.Tunnel.Measures;
using Weft.Protocol;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Bounds;

/// <summary>
/// Peers of host A besides the one on host B, of whom some ping it through the tunnel, each twice a second, and are
/// answered. They are nodes of this process behind one socket on host B. Whoever makes it disposes it.
/// </summary>
sealed class Crowd : IDisposable
{
    const int Configured = 1000;
    const int Chattering = 100;
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500.0 / Chattering);

    readonly List<Initiator> _peers = [];
    Socket? _socket;

    internal Crowd(KeyPair host)
    {
        for (int i = 0; i < Configured; i++)
            _peers.Add(new Initiator(host.PublicKey, Ping(i)));
    }

    /// <summary>The crowd as host A is to be told of it.</summary>
    internal string Configuration
    {
        get
        {
            StringBuilder text = new();
            for (int i = 0; i < Configured; i++)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"[Peer]\nPublicKey = {_peers[i].PublicKeyText}\nAllowedIPs = {Address(i)}/32\n"
                );
            return text.ToString();
        }
    }

    /// <summary>Medians of one stream's throughput, beside a crowd and with nobody else, in turns.</summary>
    internal static async Task<Bound[]> Measure(WireGuardDaemon weft, int rounds, double seconds)
    {
        TwoHosts alone = TwoHosts.Start();
        TwoHosts crowded = TwoHosts.Start();
        await using (alone.ConfigureAwait(false))
        await using (crowded.ConfigureAwait(false))
        {
            Ends few = weft.Start(alone);
            KeyPair keys = KeyPair.Generate();
            using Crowd crowd = new(keys);
            Ends many = weft.Start(crowded, keys, crowd.Configuration);
            crowded.A.Run("ip", "route", "add", "10.11.0.0/16", "dev", TwoHosts.Device);
            Pings.WaitForAnswer(alone);
            Pings.WaitForAnswer(crowded);
            crowd.Join(crowded.B);
            List<double> quiet = [];
            List<double> loud = [];
            Flow.Run(alone, few, 1);
            Flow.Run(crowded, many, 1);
            for (int round = 0; round < rounds; round++)
            {
                quiet.Add(Flow.Run(alone, few, seconds).Megabits);
                using CancellationTokenSource end = new();
                var chatter = Task.Run(() => crowd.Chatter(end.Token));
                loud.Add(Flow.Run(crowded, many, seconds).Megabits);
                await end.CancelAsync().ConfigureAwait(false);
                await chatter.ConfigureAwait(false);
            }
            string how = FormattableString.Invariant(
                $"{Median.Of(loud):F0} Mbit/s; with nobody else {Median.Of(quiet):F0}"
            );
            return
            [
                new(
                    $"TCP to one peer beside {Configured:N0} others of whom {Chattering} chatter, times alone",
                    Median.Of(loud) / Median.Of(quiet),
                    "",
                    "F2",
                    0.95,
                    AtMost: false,
                    how
                ),
            ];
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _peers.ForEach(peer => peer.Dispose());
    }

    static IPAddress Address(int peer) => new([10, 11, (byte)(peer >> 8), (byte)peer]);

    /// <summary>The chattering ones shake hands.</summary>
    void Join(Host host)
    {
        _socket = host.OpenSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _socket.Connect(IPAddress.Parse(TwoHosts.OuterA), WireGuardDaemon.Port);
        _socket.ReceiveTimeout = 5000;
        byte[] answer = new byte[256];
        foreach (Initiator peer in _peers[..Chattering])
        {
            byte[] initiation = peer.Initiate();
            _socket.Send(initiation);
            int length;
            // Pings of those before are answered meanwhile.
            do length = _socket.Receive(answer);
            while (Datagram.KindOf(answer.AsSpan(0, length)) != DatagramKind.Response);
            foreach (byte[] datagram in peer.Complete(answer[..length]))
                _socket.Send(datagram);
            if (!peer.IsJoined)
                throw new InvalidOperationException("A peer of the crowd could not join.");
        }
    }

    void Chatter(CancellationToken end)
    {
        byte[] answer = new byte[256];
        int sent = 0;
        int answers = 0;
        var watch = Stopwatch.StartNew();
        while (!end.IsCancellationRequested)
        {
            while (_socket!.Available > 0)
            {
                _socket.Receive(answer);
                answers++;
            }
            _socket.Send(_peers[sent++ % Chattering].Speak());
            TimeSpan wait = s_pause * sent - watch.Elapsed;
            if (wait > TimeSpan.Zero)
                Thread.Sleep(wait);
        }
        if (answers < sent * 0.9)
            throw new InvalidOperationException($"Of {sent} pings of the crowd {answers} were answered.");
    }

    /// <summary>An echo request from a peer to host A (RFC 792).</summary>
    static byte[] Ping(int peer)
    {
        byte[] packet = new byte[84];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 1;
        Address(peer).TryWriteBytes(packet.AsSpan(12), out _);
        IPAddress.Parse(TwoHosts.InnerA).TryWriteBytes(packet.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, 20)));
        packet[20] = 8;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), Checksum(packet.AsSpan(20)));
        return packet;
    }

    static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        return (ushort)~((sum & 0xFFFF) + (sum >> 16));
    }
}
