using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Weft.Mesh;

/// <summary>
/// A site's file as lines that can be compared from afar: in place of a secret stands a part of its digest, which tells
/// whether two are the same and nothing else of a random key. Pure.
/// </summary>
static class RedactedText
{
    const string Mark = "(secret ";
    const int DigestLength = 16;
    static readonly string[] s_secrets = ["PrivateKey", "PresharedKey"];

    /// <summary>Each line behind the section that it stands in, so that equal lines of two peers are told apart.</summary>
    internal static ImmutableArray<string> LinesOf(string text)
    {
        ImmutableArray<string>.Builder lines = ImmutableArray.CreateBuilder<string>();
        List<string> section = [];
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Trim();
            if (line.StartsWith('['))
                Finish();
            else if (line.Length > 0)
                section.Add(Redact(line));
        }
        Finish();
        return lines.ToImmutable();

        void Finish()
        {
            string name =
                ValueOf(section, "# Weft.Site") is { } site && ValueOf(section, "PublicKey") is not null ? site
                : ValueOf(section, "PublicKey") is { } key ? key
                : "";
            lines.AddRange(section.Select(line => $"{name}\t{line}"));
            section.Clear();
        }
    }

    /// <summary>The same of lines that come redacted, and know no tabs, from where <c>wg.sh</c> runs the site.</summary>
    internal static ImmutableArray<string> LinesOf(ImmutableArray<string> redacted) =>
        LinesOf(string.Join('\n', redacted));

    /// <summary>What differs, for a person: <c>- old</c> and <c>+ new</c>, peers that come or go in one line.</summary>
    internal static ImmutableArray<string> Difference(ImmutableArray<string> before, ImmutableArray<string> after)
    {
        HashSet<string> had = [.. before.Select(SectionOf)];
        HashSet<string> has = [.. after.Select(SectionOf)];
        IEnumerable<string> gone = had.Except(has)
            .Order(StringComparer.Ordinal)
            .Select(peer => $"- peer {FarText.Shown(peer)}");
        IEnumerable<string> come = has.Except(had)
            .Order(StringComparer.Ordinal)
            .Select(peer => $"+ peer {FarText.Shown(peer)}");
        IEnumerable<string> less = before
            .Except(after)
            .Where(l => has.Contains(SectionOf(l)))
            .Select(l => $"- {Shown(l)}");
        IEnumerable<string> more = after
            .Except(before)
            .Where(l => had.Contains(SectionOf(l)))
            .Select(l => $"+ {Shown(l)}");
        return [.. gone, .. come, .. less, .. more];
    }

    static string SectionOf(string line) => line[..Math.Max(0, line.IndexOf('\t', StringComparison.Ordinal))];

    static string Shown(string line)
    {
        string section = SectionOf(line);
        string rest = line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..];
        int secret = rest.IndexOf(Mark, StringComparison.Ordinal);
        if (secret >= 0)
            rest = $"{rest[..secret]}(hidden)";
        return FarText.Shown(section.Length == 0 ? rest : $"{section}: {rest}");
    }

    static string Redact(string line)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            return line;
        string key = line[..equals].Trim().TrimStart('#').Trim();
        if (!s_secrets.Contains(key, StringComparer.OrdinalIgnoreCase))
            return line;
        string value = line[(equals + 1)..].Trim();
        if (value.StartsWith(Mark, StringComparison.Ordinal))
            return $"{line[..equals].Trim()} = {value}";
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(value));
        return $"{line[..equals].Trim()} = {Mark}{Convert.ToHexStringLower(digest)[..DigestLength]})";
    }

    static string? ValueOf(List<string> section, string key)
    {
        foreach (string line in section)
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[..equals].Trim().Equals(key, StringComparison.OrdinalIgnoreCase))
                return line[(equals + 1)..].Trim();
        }
        return null;
    }
}
