using System.Buffers;
using System.Security.Cryptography;

namespace Weft.Device;

/// <summary>
/// Collects an answer that holds keys, and leaves none behind: memory is wiped when it grows and when it is disposed, which
/// is its maker's duty. One thread.
/// </summary>
sealed class WipedBufferWriter : IBufferWriter<byte>, IDisposable
{
    const int InitialSize = 4096;

    byte[] _bytes = new byte[InitialSize];
    int _written;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _written);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _written), nameof(count));
        _written += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_written);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _written = 0;
    }

    void Grow(int sizeHint)
    {
        int needed = checked(_written + Math.Max(sizeHint, 1));
        if (needed <= _bytes.Length)
            return;
        byte[] before = _bytes;
        byte[] larger = new byte[Math.Max(needed, before.Length * 2)];
        before.AsSpan(0, _written).CopyTo(larger);
        _bytes = larger;
        CryptographicOperations.ZeroMemory(before);
    }
}
