using System.Runtime.InteropServices;

namespace Weft.Crypto.Interop;

/// <summary><c>openssl/evp.h</c>: the calls of libcrypto 3 that X25519 needs, under their own names.</summary>
static unsafe partial class Evp
{
    internal const string Library = "libcrypto.so.3";

    internal const int EVP_PKEY_X25519 = 1034;

    [LibraryImport(Library)]
    internal static partial SafeEvpKey EVP_PKEY_new_raw_private_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    internal static partial SafeEvpKey EVP_PKEY_new_raw_public_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_get_raw_public_key(SafeEvpKey key, byte* destination, ref nuint length);

    [LibraryImport(Library)]
    internal static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    internal static partial SafeEvpKeyContext EVP_PKEY_CTX_new(SafeEvpKey key, nint engine);

    [LibraryImport(Library)]
    internal static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_derive_init(SafeEvpKeyContext context);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_derive_set_peer(SafeEvpKeyContext context, SafeEvpKey peer);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_derive(SafeEvpKeyContext context, byte* secret, ref nuint length);
}
