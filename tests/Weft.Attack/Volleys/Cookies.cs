using Weft.Crypto;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Attack.Volleys;

/// <summary>
/// Initiations from somebody who owns all the addresses that they come from: each address asks for a cookie and then sends
/// initiations with it. What holds then is the limit for each source. The shooter calls from its thread, the receiver
/// from another.
/// </summary>
sealed class Cookies : IVolley
{
    /// <summary>How often an address without cookie asks for one: once in so many turns, which must not divide the number of addresses.</summary>
    const int AskEvery = 5;

    readonly Options _options;
    readonly SourceRange _sources;
    readonly UdpAddress _to;
    readonly byte[] _bytes;
    readonly bool[] _hasCookie;
    readonly byte[] _cookieKey = new byte[MacKeys.Length];
    int _source;
    long _turn;

    internal Cookies(Options options, SourceRange sources)
    {
        (_options, _sources) = (options, sources);
        _to = Magazine.Address(options);
        _bytes = new byte[sources.Count * InitiationMessage.Length];
        _hasCookie = new bool[sources.Count];
        MacKeys.DeriveCookie(options.Key, _cookieKey);
        // One for each address, with the address's number as its sender.
        for (int i = 0; i < sources.Count; i++)
            Blind.Forge(options.Key, (uint)i, Initiation(i));
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    internal int Held => _hasCookie.Count(has => has);

    public int Next(Span<UdpRun> runs)
    {
        int count = 0;
        while (count < runs.Length)
        {
            _source = (_source + 1) % _sources.Count;
            if (!Volatile.Read(ref _hasCookie[_source]) && _turn++ % AskEvery != 0)
                continue;
            int offset = _source * InitiationMessage.Length;
            runs[count++] = new UdpRun(
                offset,
                InitiationMessage.Length,
                InitiationMessage.Length,
                _to,
                _sources[_source],
                0
            );
        }
        return count;
    }

    /// <summary>Takes a cookie reply in and signs that address's initiation with it.</summary>
    internal void Receive(Span<byte> datagram)
    {
        if (Datagram.KindOf(datagram) != DatagramKind.Cookie)
            return;
        CookieMessage reply = new(datagram);
        if (reply.Receiver >= (uint)_sources.Count)
            return;
        Macs macs = new(Initiation((int)reply.Receiver));
        Span<byte> cookie = stackalloc byte[CookieMessage.CookieLength];
        if (!XChaCha20Poly1305.Open(_cookieKey, reply.Nonce, reply.Sealed, macs.Mac1, cookie))
            return;
        Blake2s.Mac(cookie, macs.UnderMac2, macs.Mac2);
        Volatile.Write(ref _hasCookie[reply.Receiver], true);
    }

    Span<byte> Initiation(int source) => _bytes.AsSpan(source * InitiationMessage.Length, InitiationMessage.Length);
}
