using Weft.Linux;
using Weft.Protocol;

namespace Weft.Attack.Volleys;

/// <summary>An initiation and a data message that the device has accepted once: replays from now on.</summary>
sealed record Genuine(byte[] Initiation, byte[] Data)
{
    /// <summary>Shakes hands and sends one keepalive.</summary>
    internal static Genuine Make(UdpSocket socket, FakePeer peer, Options options)
    {
        peer.Shake();
        byte[] initiation = peer.Initiation;
        using ReceiveBatch batch = new(1);
        while (peer.Session is null)
        {
            if (batch.Receive(socket) == 0 || batch[0].Length == 0)
                continue;
            peer.Receive(batch.Buffer.Slice(batch[0].Offset, batch[0].Length), Endpoint.From(options.To));
        }
        byte[] data = new byte[32];
        peer.Session.TryReserve(1, out ulong counter);
        peer.Session.Seal(counter, default, data, mtu: 0);
        UdpRun run = new(0, data.Length, data.Length, Magazine.Address(options), 0, 0);
        socket.Send(data, new ReadOnlySpan<UdpRun>(in run), out _);
        return new Genuine(initiation, data);
    }
}
