using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Weft.Control;
using Weft.Crypto;

namespace Weft.Cli.Wg;

/// <summary><c>wg genkey</c>, <c>genpsk</c> and <c>pubkey</c>, and the files that hold one key.</summary>
static class WgKeys
{
    internal static int GeneratePrivateKey(WgSurroundings wg, string[] args)
    {
        if (args.Length > 0)
            return Usage(wg, "genkey");
        WarnIfOpenToOthers(wg);
        using PrivateKey key = PrivateKey.Generate();
        Print(wg, key.WriteBase64);
        return 0;
    }

    internal static int GeneratePresharedKey(WgSurroundings wg, string[] args)
    {
        if (args.Length > 0)
            return Usage(wg, "genpsk");
        WarnIfOpenToOthers(wg);
        using PresharedKey key = PresharedKey.Generate();
        Print(wg, key.WriteBase64);
        return 0;
    }

    internal static int DerivePublicKey(WgSurroundings wg, string[] args)
    {
        if (args.Length > 0)
            return Usage(wg, "pubkey");
        Span<char> text = stackalloc char[KeyText.Base64Length];
        Span<byte> key = stackalloc byte[KeyText.KeyLength];
        try
        {
            int length = ReadKey(wg.Input, text, passNul: true, out int trailing);
            if (trailing >= 0)
                return wg.Fail("standard input: something stands after the key");
            if (length < KeyText.Base64Length || !KeyText.TryFromBase64(text, key))
                return wg.Fail("standard input: that is not a key of 44 characters of base64");
            Span<byte> publicKey = stackalloc byte[KeyText.KeyLength];
            X25519.PublicKey(key, publicKey);
            wg.Output.Write($"{new PublicKey(publicKey)}\n");
            return 0;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text));
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>
    /// Reads a file that holds one key and nothing else but white space after it. An empty file stands for the zero key,
    /// which removes the one that is set; <c>/dev/null</c> is one.
    /// </summary>
    /// <exception cref="OperationFailedException">It cannot be read or is not such a file.</exception>
    internal static void ReadKeyFile(string path, Span<byte> key)
    {
        Span<char> text = stackalloc char[KeyText.Base64Length];
        key.Clear();
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
            int length = ReadKey(file, text, passNul: false, out int trailing);
            if (length == 0)
                return;
            if (trailing >= 0)
                throw new OperationFailedException($"{path}: something stands after the key", null);
            if (length < text.Length || !KeyText.TryFromBase64(text, key))
                throw new OperationFailedException($"{path}: that is not a key of 44 characters of base64", null);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new OperationFailedException($"{path}: the key file cannot be read: {e.Message}", null, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text));
        }
    }

    /// <summary>Reads up to 44 characters, then the first after them that is not white space; -1 when there is none. The C
    /// tool lets NULs pass after a key on its standard input, but not in a key file.</summary>
    static int ReadKey(Stream input, Span<char> text, bool passNul, out int trailing)
    {
        Span<byte> one = stackalloc byte[1];
        int length = 0;
        trailing = -1;
        while (input.Read(one) == 1)
        {
            if (length < text.Length)
                text[length++] = (char)one[0];
            else if (!IsSpace(one[0]) && !(passNul && one[0] == 0))
            {
                trailing = one[0];
                break;
            }
        }
        one.Clear();
        return length;
    }

    static bool IsSpace(byte c) => c is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');

    static void Print(WgSurroundings wg, Action<Span<char>> write)
    {
        Span<char> text = stackalloc char[KeyText.Base64Length];
        write(text);
        wg.Output.Write(text);
        wg.Output.Write('\n');
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text));
    }

    static void WarnIfOpenToOthers(WgSurroundings wg)
    {
        if (wg.OutputIsOpenToOthers())
            wg.Error.Write("wg: warning: others can read the file that the key goes to (set the umask to 077)\n");
    }

    static int Usage(WgSurroundings wg, string subcommand)
    {
        wg.Error.Write($"Usage: {wg.Program} {subcommand}\n");
        return 1;
    }
}
