using System.Security.Cryptography;

namespace Weft.Config;

/// <summary>
/// Cuts a byte stream into lines, whatever its pieces. A line that lies whole in the caller's bytes is handed out in
/// place; only the unfinished end of a piece is kept, at most <c>maxLength</c> bytes, and wiped once read, since any
/// line may hold a key. Owned by one reader.
/// </summary>
sealed class UapiLineSplitter(int maxLength)
{
    byte[] _kept = [];
    int _keptLength;
    bool _handedOut;
    bool _overlong;

    internal bool IsInsideLine => !_handedOut && (_keptLength > 0 || _overlong);

    /// <summary>
    /// Takes bytes up to the next line's end. The line, without its end, stays valid until the next call. An
    /// <see cref="UapiLineResult.Overlong"/> line is reported once, as soon as it is; the rest of it is passed over.
    /// </summary>
    internal UapiLineResult Take(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> line)
    {
        line = default;
        Forget();
        while (true)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> piece = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (_overlong)
            {
                if (end < 0)
                    return UapiLineResult.Unfinished;
                _overlong = false;
                continue;
            }
            if (piece.Length > maxLength - _keptLength)
            {
                Wipe();
                _overlong = end < 0;
                return UapiLineResult.Overlong;
            }
            if (end >= 0 && _keptLength == 0)
            {
                line = piece;
                return UapiLineResult.Line;
            }
            Keep(piece);
            if (end < 0)
                return UapiLineResult.Unfinished;
            line = _kept.AsSpan(0, _keptLength);
            _handedOut = true;
            return UapiLineResult.Line;
        }
    }

    /// <summary>Wipes what is kept.</summary>
    internal void Wipe()
    {
        CryptographicOperations.ZeroMemory(_kept.AsSpan(0, _keptLength));
        _keptLength = 0;
        _handedOut = false;
        // A connection that once sent a long line does not hold its memory for ever.
        if (_kept.Length > 4096)
            _kept = [];
    }

    void Forget()
    {
        if (_handedOut)
            Wipe();
    }

    void Keep(ReadOnlySpan<byte> piece)
    {
        int needed = _keptLength + piece.Length;
        if (needed > _kept.Length)
        {
            byte[] larger = new byte[Math.Max(256, Math.Max(needed, Math.Min(maxLength, 2 * _kept.Length)))];
            _kept.AsSpan(0, _keptLength).CopyTo(larger);
            CryptographicOperations.ZeroMemory(_kept);
            _kept = larger;
        }
        piece.CopyTo(_kept.AsSpan(_keptLength));
        _keptLength = needed;
    }
}

enum UapiLineResult
{
    /// <summary>All bytes are taken and the line goes on.</summary>
    Unfinished,
    Line,
    Overlong,
}
