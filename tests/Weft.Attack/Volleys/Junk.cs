using System.Security.Cryptography;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Attack.Volleys;

/// <summary>
/// What a peer can do that the device trusts: garbage sealed as it should be, packets of others, packets cut short or said
/// to be longer than they are, empty ones in masses, all from another address each time, and a new handshake as often as
/// the device takes one.
/// </summary>
sealed class Junk : IVolley
{
    const int Slot = 2048;

    /// <summary>More often than once in 20 ms is refused.</summary>
    static readonly TimeSpan ShakeInterval = TimeSpan.FromMilliseconds(25);

    readonly Options _options;
    readonly FakePeer _peer;
    readonly SourceRange _sources;
    readonly UdpAddress _to;
    readonly byte[] _bytes = new byte[64 * Slot];
    readonly byte[] _plaintext = new byte[Slot];
    readonly Random _random = new(7);
    long _shaken;
    Session? _latest;

    internal Junk(Options options, SourceRange sources, FakePeer peer)
    {
        (_options, _sources, _peer) = (options, sources, peer);
        _to = Magazine.Address(options);
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public int Next(Span<UdpRun> runs)
    {
        lock (_peer)
        {
            if (Environment.TickCount64 - _shaken > ShakeInterval.TotalMilliseconds)
            {
                _shaken = Environment.TickCount64;
                _peer.Shake();
            }
        }
        if (Volatile.Read(ref _latest) is not { } session)
            return 0;
        int count = 0;
        while (count < runs.Length && session.TryReserve(1, out ulong counter))
        {
            Span<byte> datagram = _bytes.AsSpan(count * Slot, Slot);
            int length = session.Seal(counter, Plaintext(), datagram, mtu: 0);
            if (length == 0)
                break;
            UInt128 source = _sources[_random.Next(_sources.Count)];
            runs[count] = new UdpRun(count * Slot, length, length, _to, source, 0);
            count++;
        }
        return count;
    }

    /// <summary>Takes in an answer to a handshake. The receiving thread's.</summary>
    internal void Receive(Span<byte> datagram)
    {
        lock (_peer)
        {
            _peer.Receive(datagram, Endpoint.From(_options.To));
            if (_peer.Session is { } session)
                Volatile.Write(ref _latest, session);
        }
    }

    ReadOnlySpan<byte> Plaintext()
    {
        Span<byte> packet = _plaintext.AsSpan(0, _random.Next(1, 1500));
        switch (_random.Next(4))
        {
            case 0:
                return default;
            case 1:
                RandomNumberGenerator.Fill(packet);
                return packet;
            default:
                // IPv4 or IPv6 with random addresses and a length that is wrong as often as not.
                RandomNumberGenerator.Fill(packet[..Math.Min(packet.Length, 60)]);
                packet[0] = (byte)(_random.Next(2) == 0 ? 0x45 : 0x60);
                if (packet.Length > 5)
                {
                    int claimed = _random.Next(2) == 0 ? packet.Length : _random.Next(65536);
                    packet[2] = packet[4] = (byte)(claimed >> 8);
                    packet[3] = packet[5] = (byte)claimed;
                }
                return packet;
        }
    }
}
