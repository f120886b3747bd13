using System.Security.Cryptography;
using Weft.Linux;

namespace Weft.Attack.Volleys;

/// <summary>Datagrams made in advance, sent in turn from one address after the other.</summary>
sealed class Magazine(Options options, SourceRange sources)
{
    readonly List<byte> _bytes = [];
    readonly List<(int Offset, int Length)> _datagrams = [];
    readonly UdpAddress _to = Address(options);
    byte[] _loaded = [];
    int _next;
    int _source;

    internal ReadOnlySpan<byte> Bytes => _loaded;

    internal static UdpAddress Address(Options options)
    {
        Weft.Protocol.Endpoint to = Weft.Protocol.Endpoint.From(options.To);
        return new UdpAddress(to.IsIPv6, to.Address, to.Port, 0);
    }

    internal void Add(ReadOnlySpan<byte> datagram)
    {
        _datagrams.Add((_bytes.Count, datagram.Length));
        _bytes.AddRange(datagram);
    }

    /// <summary>Random bytes that begin as a message of some kind does.</summary>
    internal void AddGarbage(byte kind, int length)
    {
        byte[] datagram = RandomNumberGenerator.GetBytes(length);
        ReadOnlySpan<byte> type = [kind, 0, 0, 0];
        type[..Math.Min(length, type.Length)].CopyTo(datagram);
        Add(datagram);
    }

    internal void Load() => _loaded = [.. _bytes];

    internal int Next(Span<UdpRun> runs)
    {
        for (int i = 0; i < runs.Length; i++)
        {
            (int offset, int length) = _datagrams[_next];
            runs[i] = new UdpRun(offset, length, Math.Max(length, 1), _to, sources[_source], 0);
            _next = (_next + 1) % _datagrams.Count;
            _source = (_source + 1) % sources.Count;
        }
        return runs.Length;
    }
}
