using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Weft.Crypto;

/// <summary>
/// BLAKE2s (RFC 7693) step by step: <see cref="Start"/>, any number of <see cref="Update"/>, <see cref="Finish"/>, which
/// also wipes it. Lives on the stack of whoever hashes; copying one in the middle forks the hash.
/// </summary>
public struct Blake2sState
{
    const int BlockLength = Blake2s.BlockLength;

    Rows _chain;
    Block _block;
    int _held;
    ulong _count;
    int _digestLength;

    /// <summary>A hash of <paramref name="digestLength"/> bytes (1 to 32), keyed when the key (0 to 32 bytes) is not empty.</summary>
    public static Blake2sState Start(ReadOnlySpan<byte> key, int digestLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, Blake2s.MaxKeyLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(digestLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digestLength, Blake2s.HashLength);
        Blake2sState state = default;
        state._digestLength = digestLength;
        uint parameters = 0x0101_0000u | ((uint)key.Length << 8) | (uint)digestLength;
        state._chain.Low = Blake2sCompression.InitialLow ^ Vector128.CreateScalar(parameters);
        state._chain.High = Blake2sCompression.InitialHigh;
        if (!key.IsEmpty)
        {
            // The key is the first block, padded with zeros.
            key.CopyTo(state._block);
            state._held = BlockLength;
        }
        return state;
    }

    /// <summary>Appends data.</summary>
    public void Update(ReadOnlySpan<byte> data)
    {
        // A full block waits until more follows it, because the last one is compressed with the final flag.
        if (_held + data.Length > BlockLength)
        {
            Span<byte> block = _block;
            int missing = BlockLength - _held;
            data[..missing].CopyTo(block[_held..]);
            data = data[missing..];
            _count += BlockLength;
            Compress(block, 0);
            _held = 0;
            for (; data.Length > BlockLength; data = data[BlockLength..])
            {
                _count += BlockLength;
                Compress(data[..BlockLength], 0);
            }
        }
        data.CopyTo(((Span<byte>)_block)[_held..]);
        _held += data.Length;
    }

    /// <summary>Writes the digest, of the length given at the start, and wipes the state.</summary>
    public void Finish(Span<byte> digest)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, _digestLength);
        Span<byte> block = _block;
        block[_held..].Clear();
        _count += (ulong)_held;
        Compress(block, uint.MaxValue);
        LittleEndian.Bytes(_chain.Low).CopyTo(block);
        LittleEndian.Bytes(_chain.High).CopyTo(block[16..]);
        block[..digest.Length].CopyTo(digest);
        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<Rows>(ref _chain)));
    }

    void Compress(ReadOnlySpan<byte> block, uint final) =>
        Blake2sCompression.Compress(ref _chain.Low, ref _chain.High, block, _count, final);

    [StructLayout(LayoutKind.Sequential)]
    struct Rows
    {
        internal Vector128<uint> Low;
        internal Vector128<uint> High;
    }

    [InlineArray(BlockLength)]
    struct Block
    {
        byte _first;
    }
}
