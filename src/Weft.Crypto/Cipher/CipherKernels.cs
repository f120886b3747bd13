using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Weft.Crypto;

/// <summary>See <see cref="CipherWidth.Scalar"/>.</summary>
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

/// <summary>See <see cref="CipherWidth.Vector128"/>.</summary>
readonly struct Vector128Kernel : ICipherKernel
{
    public static int LongPass => (Registers.Are32 ? 6 : 3) * Rows128.Blocks;

    public static int ShortPass => Rows128.Blocks;

    public static void Long(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream)
    {
        if (Registers.Are32)
            ChaCha20Rows<Vector128<uint>, Rows128>.Six(key, nonce, number, keystream);
        else
            ChaCha20Rows<Vector128<uint>, Rows128>.Three(key, nonce, number, keystream);
    }

    public static void Short(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream) =>
        ChaCha20Rows<Vector128<uint>, Rows128>.One(key, nonce, number, keystream);

    public static void Blocks(ref Poly1305 mac, ReadOnlySpan<byte> data) => mac.Blocks(data);
}

/// <summary>See <see cref="CipherWidth.Vector256"/>.</summary>
readonly struct Vector256Kernel : ICipherKernel
{
    public static int LongPass => (Registers.Are32 ? 6 : 3) * Rows256.Blocks;

    public static int ShortPass => Rows256.Blocks;

    public static void Long(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream)
    {
        if (Registers.Are32)
            ChaCha20Rows<Vector256<uint>, Rows256>.Six(key, nonce, number, keystream);
        else
            ChaCha20Rows<Vector256<uint>, Rows256>.Three(key, nonce, number, keystream);
    }

    public static void Short(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream) =>
        ChaCha20Rows<Vector256<uint>, Rows256>.One(key, nonce, number, keystream);

    public static void Blocks(ref Poly1305 mac, ReadOnlySpan<byte> data) =>
        Poly1305Lanes<Vector256<ulong>, Limbs256>.Blocks(ref mac, data);
}

/// <summary>See <see cref="CipherWidth.Vector512"/>. A long pass makes 1536 bytes: all that a packet of MTU 1420 takes.</summary>
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

/// <summary>How many vector registers the processor has.</summary>
static class Registers
{
    /// <summary>32, of any width, as AVX-512 and ARM have them; else 16.</summary>
    internal static bool Are32 => Avx512F.VL.IsSupported || AdvSimd.Arm64.IsSupported;
}
