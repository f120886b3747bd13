using System.Runtime.InteropServices;

namespace Weft.Crypto.Interop;

/// <summary>An <c>EVP_PKEY</c>; libcrypto overwrites a private key when it frees it.</summary>
sealed class SafeEvpKey() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Evp.EVP_PKEY_free(handle);
        return true;
    }
}

/// <summary>An <c>EVP_PKEY_CTX</c>: one operation with one key.</summary>
sealed class SafeEvpKeyContext() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Evp.EVP_PKEY_CTX_free(handle);
        return true;
    }
}
