using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Crypto;

/// <summary>The widths of the packet cipher that this processor has; a test of the cipher runs once for each.</summary>
static class CipherWidths
{
    internal static TheoryData<string> All =>
        [.. Enum.GetValues<CipherWidth>().Where(Cipher.Supports).Select(width => width.ToString())];

    internal static CipherWidth Parse(string width) => Enum.Parse<CipherWidth>(width);

    internal static ChaCha20Poly1305Key Key(ReadOnlySpan<byte> key, string width) => new(key, Parse(width));

    internal static void Authenticate(string width, ref Poly1305 mac, ReadOnlySpan<byte> blocks)
    {
        switch (Parse(width))
        {
            case CipherWidth.Vector512:
                Vector512Kernel.Blocks(ref mac, blocks);
                break;
            case CipherWidth.Vector256:
                Vector256Kernel.Blocks(ref mac, blocks);
                break;
            case CipherWidth.Vector128:
                Vector128Kernel.Blocks(ref mac, blocks);
                break;
            default:
                ScalarKernel.Blocks(ref mac, blocks);
                break;
        }
    }
}
