using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Weft.Crypto;

/// <summary>
/// The 96-bit nonce of RFC 8439 as two little-endian numbers. WireGuard's is four zero bytes and the packet's counter.
/// </summary>
readonly record struct Nonce(uint Prefix, ulong Counter)
{
    /// <summary>The last row of the state: the block's number, then the nonce.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector128<uint> LastRow(uint number) =>
        Vector128.Create(number, Prefix, (uint)Counter, (uint)(Counter >> 32));
}
