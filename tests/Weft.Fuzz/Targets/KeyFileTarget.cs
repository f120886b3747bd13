using System.Text;
using Weft.Cli.Wg;
using Weft.Control;
using Weft.Crypto;
using Weft.Mesh;

namespace Weft.Fuzz.Targets;

/// <summary>
/// Keys as text and the files of <c>keys/</c>: base64 and hexadecimal are read as the class library reads them, only
/// stricter, and a file is one key or is refused without a word of what it holds.
/// </summary>
sealed class KeyFileTarget : ITarget
{
    const string Site = "a.example";

    readonly string _folder = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(),
        $"weft-fuzz-{Environment.ProcessId}-{Guid.NewGuid():N}"
    );

    public KeyFileTarget() =>
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public TargetShape Shape { get; } =
        new("key-files")
        {
            IsText = true,
            MaxLength = 256,
            BriefRuns = 10_000,
            Budget = new(64 << 10, 64),
            Words = Words.Of([
                .. Secrets.Base64,
                .. Secrets.Hex,
                "=",
                "==",
                "\n",
                "\r\n",
                "\0",
                "\u00a0",
                "ı",
                "A",
                "/",
                "+",
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        CheckText(Encoding.Latin1.GetString(input), seen);
        CheckText(Encoding.Latin1.GetString(input).Trim(), seen);
        string path = Path.Combine(_folder, $"{Site}.key");
        WriteSecret(path, input);
        CheckWg(input, path, seen);
        WriteSecret(Path.Combine(_folder, "mesh.seed"), Encoding.ASCII.GetBytes(Secrets.Base64[0]));
        using KeysFolder folder = KeysFolder.Open(_folder);
        try
        {
            MeshKeys keys;
            using (seen.Measure())
                keys = folder.Load([Site]);
            using (keys)
            using (PrivateKey key = keys.PrivateKeyOf(Site))
            {
                string text = Encoding.Latin1.GetString(input).Trim();
                using PrivateKey wanted = new(Convert.FromBase64String(text));
                Rule.Holds(wanted.Equals(key), "a file holds the key that it says");
                Rule.Holds(
                    !key.IsZero && text.Length == KeyText.Base64Length,
                    "a file holds one key",
                    $"{text.Length}"
                );
                seen.Saw("taken");
            }
        }
        catch (OperationFailedException e)
        {
            seen.Saw(e.Message.Replace(_folder, "", StringComparison.Ordinal));
            Rule.Holds(e.Message.Contains(path, StringComparison.Ordinal), "a refusal names the file", e.Message);
            Secrets.AreNotIn($"{e.Message} {e.Remedy}");
        }
        Rule.Same(input, File.ReadAllBytes(path), "a key file is never changed");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The same file given to <c>wg set</c>: a key and white space, or nothing, which is no key.</summary>
    static void CheckWg(ReadOnlySpan<byte> input, string path, Observation seen)
    {
        Span<byte> key = stackalloc byte[KeyText.KeyLength];
        string text = Encoding.Latin1.GetString(input);
        bool isKey =
            input.Length >= KeyText.Base64Length
            && IsCanonicalBase64(text[..KeyText.Base64Length])
            && text[KeyText.Base64Length..].All(c => c is ' ' or (>= '\t' and <= '\r'));
        try
        {
            using (seen.Measure())
                WgKeys.ReadKeyFile(path, key);
            seen.Saw($"wg {isKey}");
            Rule.Holds(isKey || input.IsEmpty, "wg takes a key or nothing");
            Rule.Same(
                isKey ? Convert.FromBase64String(text[..KeyText.Base64Length]) : new byte[KeyText.KeyLength],
                key,
                "wg reads the same"
            );
        }
        catch (OperationFailedException e)
        {
            seen.Saw($"wg {e.Message.Replace(path, "", StringComparison.Ordinal)}");
            Rule.Holds(!isKey && !input.IsEmpty, "wg refuses what is no key", e.Message);
            Rule.Holds(e.Message.Contains(path, StringComparison.Ordinal), "wg names the file", e.Message);
            Secrets.AreNotIn(e.Message);
        }
    }

    static void CheckText(string text, Observation seen)
    {
        Span<byte> key = stackalloc byte[KeyText.KeyLength];
        bool isBase64;
        bool isHex;
        using (seen.Measure())
            isBase64 = KeyText.TryFromBase64(text, key);
        seen.Saw($"{isBase64}", text.Length);
        Rule.Same(IsCanonicalBase64(text), isBase64, "base64 is read as it is written");
        Rule.Holds(isBase64 || !key.ContainsAnyExcept((byte)0), "what is no key leaves nothing");
        if (isBase64)
            Rule.Same(Convert.FromBase64String(text), key, "base64 reads the same");
        using (seen.Measure())
            isHex = KeyText.TryFromHex(text, key);
        Rule.Same(text.Length == KeyText.HexLength && text.All(char.IsAsciiHexDigit), isHex, "hexadecimal is read");
        Rule.Holds(isHex || !key.ContainsAnyExcept((byte)0), "what is no key leaves nothing");
        if (isHex)
            Rule.Same(Convert.FromHexString(text), key, "hexadecimal reads the same");
    }

    static bool IsCanonicalBase64(string text)
    {
        Span<byte> bytes = stackalloc byte[text.Length];
        return text.Length == KeyText.Base64Length
            && Convert.TryFromBase64String(text, bytes, out int written)
            && written == KeyText.KeyLength
            && Convert.ToBase64String(bytes[..written]) == text;
    }

    static void WriteSecret(string path, ReadOnlySpan<byte> bytes)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using FileStream file = new(path, options);
        file.Write(bytes);
    }
}
