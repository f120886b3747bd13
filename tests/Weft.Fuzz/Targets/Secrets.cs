using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Weft.Fuzz.Targets;

/// <summary>
/// The keys that the dictionaries plant in inputs, and the rule that nothing which is said about an input repeats one of
/// them, whole or nearly so, wherever it was put and however it was broken up.
/// </summary>
static class Secrets
{
    /// <summary>Keys as a file has them. The last is zero, which is no key.</summary>
    public static ImmutableArray<string> Base64 { get; } =
    [
        "QHPRwVnXdWUoVK0Ro4EhsRo1vG+zq9rRJDXX5UeD/FQ=",
        "yFkAVgn4hKSFCpIkmRRtMgZ2ChgYtW5Fjv8ZTBSUk38=",
        "/UGTBBi5+yPzVf+UHr8vSNnPxQ9+jAzEnH8JlQHDnWo=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ];

    /// <summary>The same keys as UAPI has them.</summary>
    public static ImmutableArray<string> Hex { get; } =
    [.. Base64.Select(key => Convert.ToHexStringLower(Convert.FromBase64String(key)))];

    /// <summary>Characters of a key that may be repeated: as many as the name of a host may have, and too few to guess the rest.</summary>
    const int Harmless = 39;

    static readonly SearchValues<string> Telling = SearchValues.Create(
        [
            .. Base64
                .Concat(Hex)
                .Where(key => key.Trim('A', '0', '=').Length > 0)
                .Select(key => key.TrimEnd('='))
                .SelectMany(key =>
                    Enumerable.Range(0, key.Length - Harmless).Select(i => key.Substring(i, Harmless + 1))
                ),
        ],
        StringComparison.OrdinalIgnoreCase
    );

    public static void AreNotIn(string said) =>
        Rule.Holds(!Squeeze(said).AsSpan().ContainsAny(Telling), "no secret is repeated", said);

    static string Squeeze(string text)
    {
        StringBuilder plain = new(text.Length);
        foreach (char c in text)
            if (!char.IsWhiteSpace(c))
                plain.Append(c);
        return plain.ToString();
    }
}
