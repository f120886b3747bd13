using System.Net;
using Weft.Crypto;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// A handshake and some packets between two nodes in memory, before the first real ones come. The cipher's loops depend on the
/// processor, so they are compiled when first used, which takes tens of milliseconds: too long for somebody's first
/// packet. Touches nothing outside itself; any thread.
/// </summary>
static class Rehearsal
{
    /// <summary>Enough for the compiler to take the way of a packet for a busy one.</summary>
    const int Packets = 40;

    const int Long = 1420;
    const int Short = 100;

    public static void Run()
    {
        using Node left = new(new SystemEntropy());
        using Node right = new(new SystemEntropy());
        using (PrivateKey leftKey = PrivateKey.Generate())
            left.SetPrivateKey(leftKey);
        using (PrivateKey rightKey = PrivateKey.Generate())
            right.SetPrivateKey(rightKey);
        Tunnel toRight = Join(left, right);
        Tunnel toLeft = Join(right, left);
        Wire fromLeft = new();
        Wire fromRight = new();
        byte[] packet = new byte[Long];
        packet[0] = 0x45;
        toRight.Stage(DeviceClock.Now, packet, fromLeft);
        left.Tick(DeviceClock.Now, DeviceClock.Wall, fromLeft);
        fromLeft.Carry(right, fromRight);
        fromRight.Carry(left, fromLeft);
        left.Tick(DeviceClock.Now, DeviceClock.Wall, fromLeft);
        fromLeft.Carry(right, fromRight);
        for (int i = 0; i < Packets; i++)
        {
            ReadOnlySpan<byte> next = packet.AsSpan(0, i % 2 == 0 ? Long : Short);
            toRight.Stage(DeviceClock.Now, next, fromLeft);
            toLeft.Stage(DeviceClock.Now, next, fromRight);
            fromLeft.Carry(right, fromRight);
            fromRight.Carry(left, fromLeft);
        }
    }

    static Tunnel Join(Node node, Node other)
    {
        Tunnel tunnel = node.AddPeer(other.PublicKey!.Value)!;
        node.SetEndpoint(tunnel, Endpoint.V4(0x7F000001, 1));
        node.AllowIp(tunnel, new IPNetwork(IPAddress.Any, 0));
        node.InterfaceUp();
        return tunnel;
    }

    /// <summary>What one node has sent and the other not yet received.</summary>
    sealed class Wire : INodeOutput
    {
        readonly Queue<byte[]> _datagrams = new();

        public void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass) =>
            _datagrams.Enqueue(datagram.ToArray());

        public void Carry(Node to, INodeOutput answers)
        {
            Instant now = DeviceClock.Now;
            Endpoint from = Endpoint.V4(0x7F000001, 1);
            while (_datagrams.TryDequeue(out byte[]? datagram))
            {
                if (Datagram.KindOf(datagram) != DatagramKind.Data)
                    to.ReceiveHandshake(now, DeviceClock.Wall, datagram, in from, queued: 1, answers);
                else if (
                    to.FindSession(datagram) is { } session
                    && session.Open(now, datagram, out int length) == OpenResult.Opened
                )
                    session.Tunnel.DatagramReceived(now, session, in from, datagram.Length, isKeepalive: length == 0);
            }
        }
    }
}
