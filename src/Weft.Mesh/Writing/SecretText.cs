using System.Security.Cryptography;
using System.Text;
using Weft.Crypto;

namespace Weft.Mesh;

/// <summary>
/// A file with keys in it, put together in memory as UTF-8. Pinned and wiped, also when it grows, so that no copy stays
/// behind. Used again for one file after the other; one thread.
/// </summary>
sealed class SecretText : IDisposable
{
    byte[] _bytes = Room(1 << 16);
    int _length;

    internal ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    internal void Append(ReadOnlySpan<byte> text) => text.CopyTo(Take(text.Length));

    internal void Append(string text) => Encoding.UTF8.GetBytes(text, Take(Encoding.UTF8.GetByteCount(text)));

    internal void AppendBase64(ReadOnlySpan<byte> key)
    {
        Span<char> text = stackalloc char[KeyText.Base64Length];
        KeyText.ToBase64(key, text);
        Encoding.ASCII.GetBytes(text, Take(KeyText.Base64Length));
        text.Clear();
    }

    /// <summary>Wipes it, to begin another.</summary>
    internal void Clear()
    {
        CryptographicOperations.ZeroMemory(_bytes.AsSpan(0, _length));
        _length = 0;
    }

    public void Dispose() => Clear();

    Span<byte> Take(int length)
    {
        if (length > _bytes.Length - _length)
        {
            byte[] larger = Room(Math.Max(2 * _bytes.Length, _length + length));
            Span.CopyTo(larger);
            CryptographicOperations.ZeroMemory(_bytes);
            _bytes = larger;
        }
        _length += length;
        return _bytes.AsSpan(_length - length, length);
    }

    static byte[] Room(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);
}
