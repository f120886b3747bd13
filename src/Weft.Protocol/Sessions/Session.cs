namespace Weft.Protocol;

/// <summary>What became of a data message.</summary>
public enum OpenResult
{
    Opened,

    /// <summary>The session is older than 180 s, used up, or wiped.</summary>
    Expired,

    /// <summary>The tag is wrong.</summary>
    Forged,

    /// <summary>The counter was seen before, or is too old to tell.</summary>
    Replayed,
}

/// <summary>
/// One pair of keys and its counters, made by one handshake (paper section 5.4.5). Its tunnel owns and retires it; packet
/// loops and the control thread use it at the same time, and a key is wiped only when no one is inside.
/// </summary>
public sealed partial class Session
{
    /// <summary>The peer.</summary>
    public Tunnel Tunnel => throw new NotImplementedException();

    /// <summary>The index by which the peer addresses this session.</summary>
    public uint LocalIndex { get; }

    /// <summary>The index by which we address the peer's end.</summary>
    public uint RemoteIndex { get; }

    /// <summary>
    /// Takes <paramref name="count"/> counters that nobody else gets. False when the session is used up or retired.
    /// </summary>
    public bool TryReserve(int count, out ulong firstCounter) => throw new NotImplementedException();

    /// <summary>Bytes of the datagram that carries a packet of <paramref name="length"/> bytes.</summary>
    /// <param name="mtu">The tunnel's MTU, which caps the padding.</param>
    public static int DatagramLength(int length, int mtu) => throw new NotImplementedException();

    /// <summary>
    /// Writes one data message: header, padding, sealed packet, tag. Returns its length, which is
    /// <see cref="DatagramLength"/>; 0 when the session has been wiped meanwhile: send nothing.
    /// </summary>
    /// <param name="counter">One that was reserved; each is sealed with once.</param>
    /// <param name="packet">Empty for a keepalive. May already stand at <c>datagram[16..]</c>, else must not overlap.</param>
    public int Seal(ulong counter, ReadOnlySpan<byte> packet, Span<byte> datagram, int mtu) =>
        throw new NotImplementedException();

    /// <summary>
    /// Opens a data message in place: the packet then stands at <c>datagram[16..]</c>, with
    /// <paramref name="length"/> bytes of which some may be padding; 0 is a keepalive. Any other result than
    /// <see cref="OpenResult.Opened"/> leaves nothing to use.
    /// </summary>
    public OpenResult Open(Instant now, Span<byte> datagram, out int length) => throw new NotImplementedException();
}
