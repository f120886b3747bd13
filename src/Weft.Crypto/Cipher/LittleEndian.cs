using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Weft.Crypto;

/// <summary>Vectors of 32-bit words as they stand in memory under RFC 8439 and RFC 7693, whatever the machine's order.</summary>
static class LittleEndian
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<uint> Words(ReadOnlySpan<byte> bytes) => Order(Vector128.Create(bytes)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> Bytes(Vector128<uint> words) => Order(words.AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Order(Vector128<byte> bytes) =>
        BitConverter.IsLittleEndian
            ? bytes
            : Vector128.Shuffle(bytes, Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
}
