namespace Weft.Tests.Crypto;

/// <summary>Test vectors as papers print them: hexadecimal with blanks and line ends anywhere.</summary>
static class Hex
{
    internal static byte[] Bytes(string hex) =>
        Convert.FromHexString(string.Concat(hex.Where(c => !char.IsWhiteSpace(c) && c != ':')));
}
