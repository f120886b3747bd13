using System.Text;

namespace Weft.Cli.WgQuick;

/// <summary>A wg-quick file without the lines that only wg-quick knows, for <c>wg setconf</c>. All else stays to the letter.</summary>
static class StrippedFile
{
    static readonly string[] s_quickKeys =
    [
        "Address",
        "DNS",
        "MTU",
        "Table",
        "PreUp",
        "PostUp",
        "PreDown",
        "PostDown",
        "SaveConfig",
    ];

    internal static string Of(string text)
    {
        StringBuilder stripped = new();
        bool inInterface = false;
        foreach (string line in Lines(text))
        {
            string plain = line.Split('#')[0];
            string key = plain.Split('=')[0].Trim();
            if (key.StartsWith('['))
                inInterface = key.Equals("[Interface]", StringComparison.OrdinalIgnoreCase);
            if (!inInterface || !s_quickKeys.Contains(key, StringComparer.OrdinalIgnoreCase))
                stripped.Append(line).Append('\n');
        }
        return stripped.ToString();
    }

    static string[] Lines(string text) => (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
}
