using System.Net;
using System.Security.Cryptography;
using System.Text;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>The values of UAPI lines, read strictly: what a device or its tool wrote, or nothing.</summary>
static class UapiValue
{
    /// <summary>Decimal digits only, up to <paramref name="max"/>.</summary>
    internal static bool TryNumber(ReadOnlySpan<byte> text, ulong max, out ulong value)
    {
        value = 0;
        if (text.IsEmpty)
            return false;
        foreach (byte c in text)
        {
            if (c is < (byte)'0' or > (byte)'9')
                return false;
            ulong digit = (ulong)(c - '0');
            if (value > (max - digit) / 10)
                return false;
            value = value * 10 + digit;
        }
        return true;
    }

    internal static PublicKey? PublicKey(ReadOnlySpan<byte> text)
    {
        Span<char> hex = stackalloc char[KeyText.HexLength];
        return TryWiden(text, hex) && Crypto.PublicKey.TryParseHex(hex, out PublicKey key) ? key : null;
    }

    internal static PrivateKey? PrivateKey(ReadOnlySpan<byte> text)
    {
        Span<char> hex = stackalloc char[KeyText.HexLength];
        PrivateKey? key = TryWiden(text, hex) ? Crypto.PrivateKey.ParseHexAsWritten(hex) : null;
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(hex));
        return key;
    }

    internal static PresharedKey? PresharedKey(ReadOnlySpan<byte> text)
    {
        Span<char> hex = stackalloc char[KeyText.HexLength];
        PresharedKey? key = TryWiden(text, hex) ? Crypto.PresharedKey.ParseHex(hex) : null;
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(hex));
        return key;
    }

    /// <summary><c>1.2.3.4:5</c>, <c>[::1]:5</c>, <c>[fe80::1%2]:5</c>; the scope a number or an interface's name.</summary>
    internal static IPEndPoint? Endpoint(ReadOnlySpan<byte> text)
    {
        int colon = text.LastIndexOf((byte)':');
        if (colon < 0 || !TryNumber(text[(colon + 1)..], ushort.MaxValue, out ulong port))
            return null;
        ReadOnlySpan<byte> host = text[..colon];
        bool bracketed = host.Length > 2 && host[0] == '[' && host[^1] == ']';
        if (host.Contains((byte)':') != bracketed)
            return null;
        IPAddress? address = bracketed ? ScopedAddress(host[1..^1]) : Address(host);
        return address is null ? null : new IPEndPoint(address, (int)port);
    }

    /// <summary><c>10.0.0.5/24</c>; the prefix is that of the whole address when it is missing.</summary>
    internal static bool TryPrefix(ReadOnlySpan<byte> text, bool remove, out AllowedIpChange change)
    {
        change = default;
        int slash = text.IndexOf((byte)'/');
        Span<byte> bytes = stackalloc byte[16];
        if (!TryAddress(slash < 0 ? text : text[..slash], bytes, out int length))
            return false;
        ulong prefixLength = 8 * (ulong)length;
        if (slash >= 0 && !TryNumber(text[(slash + 1)..], prefixLength, out prefixLength))
            return false;
        change = new AllowedIpChange(bytes[..length], (int)prefixLength, remove);
        return true;
    }

    static IPAddress? ScopedAddress(ReadOnlySpan<byte> text)
    {
        int percent = text.IndexOf((byte)'%');
        if (percent < 0)
            return Address(text);
        IPAddress? address = Address(text[..percent]);
        ReadOnlySpan<byte> scope = text[(percent + 1)..];
        // A second percent sign would be passed over by what reads the name below.
        if (address is null || scope.IsEmpty || scope.Length > 63 || scope.Contains((byte)'%'))
            return null;
        // The class library knows the names of this host's interfaces; a name that it does not know is refused.
        return
            IPAddress.TryParse("fe80::1" + Encoding.ASCII.GetString(text[percent..]), out IPAddress? scoped)
            && scoped.ScopeId != 0
            ? new IPAddress(address.GetAddressBytes(), scoped.ScopeId)
            : null;
    }

    static IPAddress? Address(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        return TryAddress(text, bytes, out int length) ? new IPAddress(bytes[..length]) : null;
    }

    static bool TryAddress(ReadOnlySpan<byte> text, Span<byte> address, out int length)
    {
        length = 0;
        Span<char> chars = stackalloc char[AddressText.MaxLength];
        if (text.Length > chars.Length)
            return false;
        chars = chars[..text.Length];
        return TryWiden(text, chars) && AddressText.TryParse(chars, address, out length);
    }

    static bool TryWiden(ReadOnlySpan<byte> text, Span<char> chars) =>
        text.Length == chars.Length && Ascii.ToUtf16(text, chars, out _) == System.Buffers.OperationStatus.Done;
}
