using System.Buffers;
using System.Security.Cryptography;
using Weft.Linux;

namespace Weft.Control;

/// <summary>
/// Takes what is written to it and sends it on whenever a piece is full, so that a device reads the start of a long command
/// while the rest is being written, and no more than a piece of it, which may hold keys, is ever in memory. Its maker flushes
/// it at the end and disposes it, which wipes it; the connection stays open. One thread.
/// </summary>
/// <remarks>What goes wrong while it sends is a <see cref="KernelRefusedException"/>, as of <see cref="UnixConnection.Send"/>.</remarks>
sealed class UapiSender(UnixConnection device) : IBufferWriter<byte>, IDisposable
{
    /// <summary>Half of what a socket holds unread, so that one end fills while the other empties.</summary>
    const int PieceSize = 64 << 10;

    readonly byte[] _piece = new byte[PieceSize];
    int _count;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(PieceSize - _count), nameof(count));
        _count += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _piece.AsMemory(_count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _piece.AsSpan(_count);
    }

    public void Flush()
    {
        device.Send(_piece.AsSpan(0, _count));
        _count = 0;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_piece);

    void MakeRoom(int size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, PieceSize);
        if (PieceSize - _count < Math.Max(size, 1))
            Flush();
    }
}
