using System.Runtime.InteropServices;

namespace Weft.Crypto.Interop;

/// <summary><c>openssl/err.h</c>: the queue of errors that libcrypto keeps per thread.</summary>
static partial class Err
{
    [LibraryImport(Evp.Library)]
    internal static partial void ERR_clear_error();
}
