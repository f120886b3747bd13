using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Weft.Crypto;

/// <summary>
/// The ChaCha20 stream cipher (RFC 8439 section 2.4) and HChaCha20 (draft-irtf-cfrg-xchacha section 2.2), one block at a
/// time: each row of the 4×4 state is one vector, and a diagonal round is a column round on rotated rows.
/// </summary>
static class ChaCha20
{
    internal const int KeyLength = 32;
    internal const int BlockLength = 64;

    static Vector128<uint> Constants => Vector128.Create(0x61707865u, 0x3320646e, 0x79622d32, 0x6b206574);

    /// <summary>Writes the 64-byte keystream block with the given number.</summary>
    internal static void Block(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> block)
    {
        Rows rows = Rows.Start(key, nonce, number);
        rows.Keystream().Store(block);
    }

    /// <summary>
    /// Adds (xor) the keystream from the given block number on to the source. Source and destination have the same length
    /// and are the same memory or don't overlap.
    /// </summary>
    [SkipLocalsInit]
    internal static void Xor(
        ReadOnlySpan<byte> key,
        in Nonce nonce,
        uint number,
        ReadOnlySpan<byte> source,
        Span<byte> destination
    )
    {
        Rows rows = Rows.Start(key, nonce, number);
        for (; source.Length >= BlockLength; source = source[BlockLength..], destination = destination[BlockLength..])
        {
            rows.Keystream().Xor(source, destination);
            rows.D += Vector128.CreateScalar(1u);
        }
        if (source.IsEmpty)
            return;
        Span<byte> last = stackalloc byte[BlockLength];
        last.Clear();
        source.CopyTo(last);
        rows.Keystream().Xor(last, last);
        last[..source.Length].CopyTo(destination);
        CryptographicOperations.ZeroMemory(last);
    }

    /// <summary>Derives a 32-byte key from a key and the first 16 bytes of a 24-byte nonce.</summary>
    internal static void Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> derived)
    {
        Rows rows = new()
        {
            A = Constants,
            B = Words(key),
            C = Words(key[16..]),
            D = Words(nonce),
        };
        rows.Permute();
        Bytes(rows.A).CopyTo(derived);
        Bytes(rows.D).CopyTo(derived[16..]);
    }

    static Vector128<uint> Words(ReadOnlySpan<byte> bytes) => LittleEndian(Vector128.Create(bytes)).AsUInt32();

    static Vector128<byte> Bytes(Vector128<uint> words) => LittleEndian(words.AsByte());

    /// <summary>Memory order to word order and back.</summary>
    static Vector128<byte> LittleEndian(Vector128<byte> bytes) =>
        BitConverter.IsLittleEndian
            ? bytes
            : Vector128.Shuffle(bytes, Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));

    [StructLayout(LayoutKind.Sequential)]
    struct Rows
    {
        internal Vector128<uint> A;
        internal Vector128<uint> B;
        internal Vector128<uint> C;
        internal Vector128<uint> D;

        internal static Rows Start(ReadOnlySpan<byte> key, in Nonce nonce, uint number) =>
            new()
            {
                A = Constants,
                B = Words(key),
                C = Words(key[16..]),
                D = Vector128.Create(number, nonce.Prefix, (uint)nonce.Counter, (uint)(nonce.Counter >> 32)),
            };

        /// <summary>The keystream block of this state.</summary>
        internal readonly Rows Keystream()
        {
            Rows mixed = this;
            mixed.Permute();
            mixed.A += A;
            mixed.B += B;
            mixed.C += C;
            mixed.D += D;
            return mixed;
        }

        internal readonly void Store(Span<byte> block)
        {
            Bytes(A).CopyTo(block);
            Bytes(B).CopyTo(block[16..]);
            Bytes(C).CopyTo(block[32..]);
            Bytes(D).CopyTo(block[48..]);
        }

        internal readonly void Xor(ReadOnlySpan<byte> source, Span<byte> destination)
        {
            (Bytes(A) ^ Vector128.Create(source)).CopyTo(destination);
            (Bytes(B) ^ Vector128.Create(source[16..])).CopyTo(destination[16..]);
            (Bytes(C) ^ Vector128.Create(source[32..])).CopyTo(destination[32..]);
            (Bytes(D) ^ Vector128.Create(source[48..])).CopyTo(destination[48..]);
        }

        /// <summary>The twenty rounds.</summary>
        internal void Permute()
        {
            Vector128<uint> a = A;
            Vector128<uint> b = B;
            Vector128<uint> c = C;
            Vector128<uint> d = D;
            for (int round = 0; round < 10; round++)
            {
                Quarter(ref a, ref b, ref c, ref d);
                b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
                c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
                d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
                Quarter(ref a, ref b, ref c, ref d);
                b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
                c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
                d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
            }
            (A, B, C, D) = (a, b, c, d);
        }

        /// <summary>The quarter round (RFC 8439 section 2.1) in four columns at once.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Quarter(ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
        {
            a += b;
            d = RotateLeft(d ^ a, 16);
            c += d;
            b = RotateLeft(b ^ c, 12);
            a += b;
            d = RotateLeft(d ^ a, 8);
            c += d;
            b = RotateLeft(b ^ c, 7);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector128<uint> RotateLeft(Vector128<uint> words, int bits) => (words << bits) | (words >> (32 - bits));
    }
}
