using Weft.Linux;
using Weft.Protocol;

namespace Weft.Attack;

/// <summary>
/// Many peers on one socket, told apart by their addresses: each shakes hands a few times and then only answers. One thread.
/// </summary>
sealed class Crowd(UdpSocket socket, Options options, SourceRange sources) : IDisposable
{
    /// <summary>Handshakes begun between two looks at what came.</summary>
    const int AtATime = 16;

    /// <summary>How often they shake hands anew, and how long they wait in between.</summary>
    const int Rounds = 3;

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    readonly FakePeer[] _peers =
    [
        .. Enumerable.Range(0, options.Peers).Select(i => new FakePeer(socket, options, i, sources[i])),
    ];

    internal void Run()
    {
        using ReceiveBatch batch = new(16);
        for (int round = 1; ; round++)
        {
            Shake(batch);
            Console.WriteLine($"round {round} is done");
            if (round == Rounds)
                break;
            Thread.Sleep(Pause);
        }
        while (true)
            Take(batch);
    }

    void Shake(ReceiveBatch batch)
    {
        Session?[] before = [.. _peers.Select(peer => peer.Session)];
        int shaken = 0;
        while (shaken < _peers.Length || !_peers.Zip(before).All(pair => IsNew(pair.First, pair.Second)))
        {
            for (int i = 0; i < AtATime && shaken < _peers.Length; i++)
                _peers[shaken++].Shake();
            Take(batch);
        }
    }

    static bool IsNew(FakePeer peer, Session? before) => peer.Session is { } now && now != before;

    void Take(ReceiveBatch batch)
    {
        int count = batch.Receive(socket);
        for (int i = 0; i < count; i++)
            Take(batch, batch[i]);
    }

    public void Dispose()
    {
        foreach (FakePeer peer in _peers)
            peer.Dispose();
    }

    void Take(ReceiveBatch batch, ReceivedMessage message)
    {
        int number = message.Length == 0 ? -1 : sources.NumberOf(message.LocalAddress);
        if (number < 0 || number >= _peers.Length)
            return;
        UdpAddress from = message.From;
        Endpoint endpoint = from.IsIPv6
            ? Endpoint.V6(from.Address, from.Port)
            : Endpoint.V4((uint)from.Address, from.Port);
        for (int at = 0; at < message.Length; at += message.SegmentSize)
        {
            int length = Math.Min(message.SegmentSize, message.Length - at);
            _peers[number].Receive(batch.Buffer.Slice(message.Offset + at, length), in endpoint);
        }
    }
}
