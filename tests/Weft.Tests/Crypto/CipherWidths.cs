using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>The widths of the packet cipher that this processor has; a test of the cipher runs once for each.</summary>
static class CipherWidths
{
    internal static TheoryData<string> All =>
        [.. Enum.GetValues<CipherWidth>().Where(Cipher.Supports).Select(w => w.ToString())];

    internal static ChaCha20Poly1305Key Key(ReadOnlySpan<byte> key, string width) =>
        new(key, Enum.Parse<CipherWidth>(width));
}
