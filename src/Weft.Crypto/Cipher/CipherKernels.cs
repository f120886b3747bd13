using System.Runtime.Intrinsics;

namespace Weft.Crypto;

readonly struct ScalarKernel : ICipherKernel
{
    public static int LongPass => 1;

    public static int ShortPass => 1;

    public static void Long(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream) =>
        ChaCha20.Block(key, nonce, number, keystream);

    public static void Short(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream) =>
        ChaCha20.Block(key, nonce, number, keystream);

    public static void Blocks(ref Poly1305 mac, ReadOnlySpan<byte> data) => mac.Blocks(data);
}

readonly struct Vector128Kernel : ICipherKernel
{
    public static int LongPass => 3 * Rows128.Blocks;

    public static int ShortPass => Rows128.Blocks;

    public static void Long(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream) =>
        ChaCha20Rows<Vector128<uint>, Rows128>.Three(key, nonce, number, keystream);

    public static void Short(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream) =>
        ChaCha20Rows<Vector128<uint>, Rows128>.One(key, nonce, number, keystream);

    public static void Blocks(ref Poly1305 mac, ReadOnlySpan<byte> data) => mac.Blocks(data);
}

readonly struct Vector256Kernel : ICipherKernel
{
    public static int LongPass => 3 * Rows256.Blocks;

    public static int ShortPass => Rows256.Blocks;

    public static void Long(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream) =>
        ChaCha20Rows<Vector256<uint>, Rows256>.Three(key, nonce, number, keystream);

    public static void Short(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream) =>
        ChaCha20Rows<Vector256<uint>, Rows256>.One(key, nonce, number, keystream);

    public static void Blocks(ref Poly1305 mac, ReadOnlySpan<byte> data) =>
        Poly1305Lanes<Vector256<ulong>, Limbs256>.Blocks(ref mac, data);
}

readonly struct Vector512Kernel : ICipherKernel
{
    public static int LongPass => 6 * Rows512.Blocks;

    public static int ShortPass => Rows512.Blocks;

    public static void Long(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream) =>
        ChaCha20Rows<Vector512<uint>, Rows512>.Six(key, nonce, number, keystream);

    public static void Short(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream) =>
        ChaCha20Rows<Vector512<uint>, Rows512>.One(key, nonce, number, keystream);

    public static void Blocks(ref Poly1305 mac, ReadOnlySpan<byte> data) =>
        Poly1305Lanes<Vector512<ulong>, Limbs512>.Blocks(ref mac, data);
}
