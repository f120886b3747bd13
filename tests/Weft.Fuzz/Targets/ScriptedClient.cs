using Weft.Linux;

namespace Weft.Fuzz.Targets;

/// <summary>
/// A client at the other end of a socket: sends what it was given, in pieces, takes its answers in pieces, and has nothing
/// to say and no room at every other call.
/// </summary>
sealed class ScriptedClient(byte[] input, int pieceLength) : IStreamEnd, IDisposable
{
    readonly MemoryStream _written = new();
    int _at;
    bool _isBusy;

    public ReadOnlySpan<byte> Written => _written.GetBuffer().AsSpan(0, (int)_written.Length);

    public StreamStatus Receive(Span<byte> buffer, out int count)
    {
        count = 0;
        if (_isBusy = !_isBusy)
            return StreamStatus.WouldBlock;
        count = Math.Min(Math.Min(buffer.Length, pieceLength), input.Length - _at);
        input.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count == 0 ? StreamStatus.Closed : StreamStatus.Done;
    }

    public StreamStatus Send(ReadOnlySpan<byte> bytes, out int count)
    {
        count = 0;
        if (_isBusy = !_isBusy)
            return StreamStatus.WouldBlock;
        count = Math.Min(bytes.Length, pieceLength);
        _written.Write(bytes[..count]);
        return StreamStatus.Done;
    }

    public void Dispose() => _written.Dispose();
}
