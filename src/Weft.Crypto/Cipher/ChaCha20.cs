using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Weft.Crypto;

/// <summary>
/// ChaCha20 (RFC 8439 section 2.3) in words of 32 bits, for machines without vectors and as the plain text of what
/// <see cref="ChaCha20Rows{TVector,TRows}"/> does; and HChaCha20 (draft-irtf-cfrg-xchacha section 2.2).
/// </summary>
static class ChaCha20
{
    internal const int KeyLength = 32;
    internal const int BlockLength = 64;
    internal const int DoubleRounds = 10;

    /// <summary>"expand 32-byte k".</summary>
    internal static Vector128<uint> Constants => Vector128.Create(0x61707865u, 0x3320646e, 0x79622d32, 0x6b206574);

    /// <summary>Writes the 64-byte keystream block with the given number.</summary>
    [SkipLocalsInit]
    internal static void Block(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream)
    {
        Span<uint> start = stackalloc uint[16];
        Span<uint> state = stackalloc uint[16];
        Fill(start, key, nonce.LastRow(number));
        start.CopyTo(state);
        Permute(state);
        for (int i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(keystream[(4 * i)..], state[i] + start[i]);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(start));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(state));
    }

    /// <summary>HChaCha20: derives a 32-byte key from a key and the first 16 bytes of a 24-byte nonce.</summary>
    [SkipLocalsInit]
    internal static void DeriveKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> derived)
    {
        Span<uint> state = stackalloc uint[16];
        Fill(state, key, LittleEndian.Words(nonce));
        Permute(state);
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(derived[(4 * i)..], state[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(derived[(16 + 4 * i)..], state[12 + i]);
        }
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(state));
    }

    static void Fill(Span<uint> state, ReadOnlySpan<byte> key, Vector128<uint> lastRow)
    {
        Constants.CopyTo(state);
        LittleEndian.Words(key).CopyTo(state[4..]);
        LittleEndian.Words(key[16..]).CopyTo(state[8..]);
        lastRow.CopyTo(state[12..]);
    }

    /// <summary>The twenty rounds.</summary>
    static void Permute(Span<uint> state)
    {
        for (int i = 0; i < DoubleRounds; i++)
        {
            QuarterRound(ref state[0], ref state[4], ref state[8], ref state[12]);
            QuarterRound(ref state[1], ref state[5], ref state[9], ref state[13]);
            QuarterRound(ref state[2], ref state[6], ref state[10], ref state[14]);
            QuarterRound(ref state[3], ref state[7], ref state[11], ref state[15]);
            QuarterRound(ref state[0], ref state[5], ref state[10], ref state[15]);
            QuarterRound(ref state[1], ref state[6], ref state[11], ref state[12]);
            QuarterRound(ref state[2], ref state[7], ref state[8], ref state[13]);
            QuarterRound(ref state[3], ref state[4], ref state[9], ref state[14]);
        }
    }

    static void QuarterRound(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 16);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 12);
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 8);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 7);
    }
}
