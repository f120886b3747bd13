using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Weft.Tests.Crypto;

/// <summary>The primitives of libcrypto by their own door, EVP, as the peer to compare with and to race against.</summary>
static unsafe partial class Libcrypto
{
    const string Library = "libcrypto.so.3";

    [LibraryImport(Library)]
    internal static partial nint EVP_CIPHER_CTX_new();

    [LibraryImport(Library)]
    internal static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial nint EVP_chacha20_poly1305();

    [LibraryImport(Library)]
    internal static partial int EVP_CipherInit_ex(nint context, nint type, nint engine, byte* key, byte* iv, int seal);

    [LibraryImport(Library)]
    internal static partial int EVP_CipherUpdate(nint context, byte* to, out int written, byte* from, int length);

    [LibraryImport(Library)]
    internal static partial int EVP_CipherFinal_ex(nint context, byte* to, out int written);

    [LibraryImport(Library)]
    internal static partial int EVP_CIPHER_CTX_ctrl(nint context, int type, int argument, byte* pointer);

    [LibraryImport(Library)]
    internal static partial nint EVP_blake2s256();

    [LibraryImport(Library)]
    internal static partial int EVP_Digest(byte* data, nuint length, byte* digest, uint* size, nint type, nint engine);

    internal static void Blake2s(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        fixed (byte* from = data)
        fixed (byte* to = digest)
            if (EVP_Digest(from, (nuint)data.Length, to, null, EVP_blake2s256(), 0) != 1)
                throw new InvalidOperationException("EVP_Digest failed.");
    }
}

/// <summary>
/// ChaCha20-Poly1305 by libcrypto's EVP as a fast program uses it: one context for a key and a direction, and only the nonce
/// set for each packet.
/// </summary>
sealed unsafe class EvpChaCha20Poly1305 : IDisposable
{
    const int GetTag = 0x10;
    const int SetTag = 0x11;
    const int TagLength = 16;

    readonly nint _seal = Libcrypto.EVP_CIPHER_CTX_new();
    readonly nint _open = Libcrypto.EVP_CIPHER_CTX_new();

    internal EvpChaCha20Poly1305(ReadOnlySpan<byte> key)
    {
        byte* nonce = stackalloc byte[12];
        fixed (byte* bytes = key)
        {
            Require(Libcrypto.EVP_CipherInit_ex(_seal, Libcrypto.EVP_chacha20_poly1305(), 0, bytes, nonce, 1));
            Require(Libcrypto.EVP_CipherInit_ex(_open, Libcrypto.EVP_chacha20_poly1305(), 0, bytes, nonce, 0));
        }
    }

    internal void Seal(
        ulong counter,
        ReadOnlySpan<byte> plaintext,
        ReadOnlySpan<byte> associated,
        Span<byte> ciphertextAndTag
    )
    {
        fixed (byte* from = plaintext)
        fixed (byte* with = associated)
        fixed (byte* to = ciphertextAndTag)
        {
            Start(_seal, counter, with, associated.Length);
            int written = 0;
            if (!plaintext.IsEmpty)
                Require(Libcrypto.EVP_CipherUpdate(_seal, to, out written, from, plaintext.Length));
            Require(Libcrypto.EVP_CipherFinal_ex(_seal, to + written, out _));
            Require(Libcrypto.EVP_CIPHER_CTX_ctrl(_seal, GetTag, TagLength, to + plaintext.Length));
        }
    }

    internal bool Open(
        ulong counter,
        ReadOnlySpan<byte> ciphertextAndTag,
        ReadOnlySpan<byte> associated,
        Span<byte> plaintext
    )
    {
        // A pinned empty span is a null pointer, which EVP takes for associated data.
        byte* nothing = stackalloc byte[1];
        fixed (byte* from = ciphertextAndTag)
        fixed (byte* with = associated)
        fixed (byte* pinned = plaintext)
        {
            byte* to = pinned is null ? nothing : pinned;
            int length = ciphertextAndTag.Length - TagLength;
            Start(_open, counter, with, associated.Length);
            Require(Libcrypto.EVP_CIPHER_CTX_ctrl(_open, SetTag, TagLength, from + length));
            int written = 0;
            if (length > 0)
                Require(Libcrypto.EVP_CipherUpdate(_open, to, out written, from, length));
            return Libcrypto.EVP_CipherFinal_ex(_open, to + written, out _) == 1;
        }
    }

    public void Dispose()
    {
        Libcrypto.EVP_CIPHER_CTX_free(_seal);
        Libcrypto.EVP_CIPHER_CTX_free(_open);
    }

    static void Start(nint context, ulong counter, byte* associated, int length)
    {
        byte* nonce = stackalloc byte[12];
        new Span<byte>(nonce, 4).Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(nonce + 4, 8), counter);
        Require(Libcrypto.EVP_CipherInit_ex(context, 0, 0, null, nonce, -1));
        if (length > 0)
            Require(Libcrypto.EVP_CipherUpdate(context, null, out _, associated, length));
    }

    static void Require(int result)
    {
        if (result != 1)
            throw new InvalidOperationException("A call of libcrypto failed.");
    }
}
