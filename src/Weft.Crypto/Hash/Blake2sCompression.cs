using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Weft.Crypto;

/// <summary>
/// The compression function F of BLAKE2s (RFC 7693 section 3.2), four columns at a time: each row of the 4×4 working
/// state is one vector, and a diagonal step is a column step on rotated rows.
/// </summary>
static class Blake2sCompression
{
    const int Rounds = 10;

    internal static Vector128<uint> InitialLow => Vector128.Create(0x6A09E667u, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A);

    internal static Vector128<uint> InitialHigh => Vector128.Create(0x510E527Fu, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19);

    /// <summary>Which message word each of a round's sixteen half-steps takes: columns x, columns y, diagonals x,
    /// diagonals y, the diagonals from the one in the last column on, where <see cref="Rows128.Diagonals"/> puts them.</summary>
    // csharpier-ignore
    static ReadOnlySpan<byte> Schedule =>
        [
            0, 2, 4, 6, 1, 3, 5, 7, 14, 8, 10, 12, 15, 9, 11, 13,
            14, 4, 9, 13, 10, 8, 15, 6, 5, 1, 0, 11, 3, 12, 2, 7,
            11, 12, 5, 15, 8, 0, 2, 13, 9, 10, 3, 7, 4, 14, 6, 1,
            7, 3, 13, 11, 9, 1, 12, 14, 15, 2, 5, 4, 8, 6, 10, 0,
            9, 5, 2, 10, 0, 7, 4, 15, 3, 14, 11, 6, 13, 1, 12, 8,
            2, 6, 0, 8, 12, 10, 11, 3, 1, 4, 7, 15, 9, 13, 5, 14,
            12, 1, 14, 4, 5, 15, 13, 10, 8, 0, 6, 9, 11, 7, 3, 2,
            13, 7, 12, 3, 11, 14, 1, 9, 2, 5, 15, 8, 10, 0, 4, 6,
            6, 14, 11, 0, 15, 9, 3, 8, 10, 12, 13, 1, 5, 2, 7, 4,
            10, 8, 7, 1, 2, 4, 6, 5, 13, 15, 9, 3, 0, 11, 14, 12,
        ];

    /// <summary>
    /// Mixes one 64-byte block into the chaining value. <paramref name="count"/> is the number of bytes so far, this
    /// block's included; <paramref name="final"/> is all ones for the last block, else zero.
    /// </summary>
    [SkipLocalsInit]
    internal static void Compress(
        ref Vector128<uint> low,
        ref Vector128<uint> high,
        ReadOnlySpan<byte> block,
        ulong count,
        uint final
    )
    {
        Span<uint> message = stackalloc uint[16];
        for (int i = 0; i < message.Length; i += 4)
            LittleEndian.Words(block[(4 * i)..]).CopyTo(message[i..]);
        Vector128<uint> a = low;
        Vector128<uint> b = high;
        Vector128<uint> c = InitialLow;
        Vector128<uint> d = InitialHigh ^ Vector128.Create((uint)count, (uint)(count >> 32), final, 0);
        ref byte schedule = ref MemoryMarshal.GetReference(Schedule);
        ref uint word = ref MemoryMarshal.GetReference(message);
        for (int round = 0; round < Rounds; round++, schedule = ref Unsafe.Add(ref schedule, 16))
        {
            Mix(ref a, ref b, ref c, ref d, Pick(ref word, ref schedule, 0), Pick(ref word, ref schedule, 4));
            Rows128.Diagonals(ref a, ref c, ref d);
            Mix(ref a, ref b, ref c, ref d, Pick(ref word, ref schedule, 8), Pick(ref word, ref schedule, 12));
            Rows128.Columns(ref a, ref c, ref d);
        }
        low ^= a ^ c;
        high ^= b ^ d;
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(message));
    }

    /// <summary>Four message words; the indices are the table's own and below 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> Pick(ref uint message, ref byte schedule, int at) =>
        Vector128.Create(
            Unsafe.Add(ref message, Unsafe.Add(ref schedule, at)),
            Unsafe.Add(ref message, Unsafe.Add(ref schedule, at + 1)),
            Unsafe.Add(ref message, Unsafe.Add(ref schedule, at + 2)),
            Unsafe.Add(ref message, Unsafe.Add(ref schedule, at + 3))
        );

    /// <summary>The function G (RFC 7693 section 3.1) in four columns at once; it turns words right by 16, 12, 8 and 7 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Mix(
        ref Vector128<uint> a,
        ref Vector128<uint> b,
        ref Vector128<uint> c,
        ref Vector128<uint> d,
        Vector128<uint> x,
        Vector128<uint> y
    )
    {
        a += b + x;
        d = Rotation.Left(d ^ a, 16);
        c += d;
        b = Rotation.Left(b ^ c, 20);
        a += b + y;
        d = Rotation.Left(d ^ a, 24);
        c += d;
        b = Rotation.Left(b ^ c, 25);
    }
}
