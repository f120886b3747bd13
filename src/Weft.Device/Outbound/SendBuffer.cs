using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Sealed datagrams on their way out, one behind the other, as runs of equal size for one place that the kernel cuts. The
/// packet thread's; nothing in it outlives a <see cref="Flush"/>.
/// </summary>
sealed class SendBuffer
{
    /// <summary>Bytes of one batch: full packets that <see cref="TunSource"/> reads in one, sealed, so that they leave with one call.</summary>
    const int Capacity = 384 << 10;

    /// <summary>Runs of one batch.</summary>
    const int MaxRuns = 64;

    readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Capacity, pinned: true);
    readonly UdpRun[] _runs = new UdpRun[MaxRuns];
    readonly Session[] _sessions = new Session[MaxRuns];
    readonly IRunOutput _output;
    int _used;
    int _count;

    /// <summary>The open run's start; runs before <see cref="_count"/> are closed.</summary>
    int _runStart;
    bool _isOpen;
    int _segmentSize;
    int _segments;
    Session? _session;
    Endpoint _endpoint;
    OuterMarks _marks;

    public SendBuffer(IRunOutput output) => _output = output;

    /// <summary>A datagram of that length can be added without flushing first.</summary>
    public bool HasRoom(int length) => _used + length <= Capacity && _count < MaxRuns - 1;

    /// <summary>Where the next datagram of at most <paramref name="length"/> bytes is to be written.</summary>
    public Span<byte> Next(int length) => _bytes.AsSpan(_used, length);

    /// <summary>Takes the datagram that was written to <see cref="Next"/> into the run, or starts another.</summary>
    public void Add(Session session, in Endpoint to, OuterMarks marks, int length)
    {
        if (!Continues(session, in to, marks, length))
        {
            Close();
            _isOpen = true;
            _runStart = _used;
            _segmentSize = length;
            _segments = 0;
            _session = session;
            _endpoint = to;
            _marks = marks;
        }
        _used += length;
        _segments++;
        // The kernel takes a shorter one only as the last.
        if (length < _segmentSize)
            Close();
    }

    /// <summary>Sends everything. Returns whether a tunnel asked for the control thread.</summary>
    public bool Flush(Instant now)
    {
        Close();
        bool wake = false;
        if (_count > 0)
            _output.Send(_bytes, _runs.AsSpan(0, _count), _sessions.AsSpan(0, _count));
        for (int i = 0; i < _count; i++)
            wake |= _sessions[i].Tunnel.DatagramsSent(now, _sessions[i], _runs[i].Length, isData: true);
        _sessions.AsSpan(0, _count).Clear();
        _count = 0;
        _used = 0;
        return wake;
    }

    bool Continues(Session session, in Endpoint to, OuterMarks marks, int length) =>
        _isOpen
        && ReferenceEquals(session, _session)
        && length <= _segmentSize
        && marks == _marks
        && _segments < UdpRun.MaxSegments
        && _used - _runStart + length <= UdpRun.MaxLength
        && to == _endpoint;

    void Close()
    {
        if (!_isOpen)
            return;
        _runs[_count] = UdpTransport.Run(_runStart, _used - _runStart, _segmentSize, in _endpoint, _marks);
        _sessions[_count++] = _session!;
        _session = null;
        _isOpen = false;
    }
}
