namespace Weft.Control;

/// <summary>
/// A named section of ours in a file of OpenWrt's <c>/etc/config</c>. Its name marks it: comments do not survive
/// <c>uci commit</c>. Pure.
/// </summary>
/// <param name="Type">Such as <c>include</c>.</param>
/// <param name="Name">Letters, digits and underscores.</param>
readonly record struct UciSection(string Type, string Name)
{
    /// <summary>The text with the section in it: where it stood, else at the end.</summary>
    internal string Put(string text, IEnumerable<(string Option, string Value)> options)
    {
        string[] wanted = [$"config {Type} '{Name}'", .. options.Select(o => $"\toption {o.Option} '{o.Value}'")];
        List<string> lines = Lines(text);
        if (Find(lines) is not { } found)
            return $"{text}{(text.Length == 0 || text.EndsWith('\n') ? "" : "\n")}\n{string.Join('\n', wanted)}\n";
        lines.RemoveRange(found.Start, found.Count);
        lines.InsertRange(found.Start, wanted);
        return string.Join('\n', lines);
    }

    /// <summary>The text without the section, and without the empty line before it.</summary>
    internal string Remove(string text)
    {
        List<string> lines = Lines(text);
        if (Find(lines) is not { } found)
            return text;
        bool hasGap = found.Start > 0 && lines[found.Start - 1].Length == 0;
        lines.RemoveRange(found.Start - (hasGap ? 1 : 0), found.Count + (hasGap ? 1 : 0));
        return string.Join('\n', lines);
    }

    static List<string> Lines(string text) => [.. text.Split('\n')];

    /// <summary>Its lines, empty ones after it left out.</summary>
    (int Start, int Count)? Find(List<string> lines)
    {
        (string type, string name) = (Type, Name);
        int start = lines.FindIndex(l => Words(l) is ["config", var t, var n, ..] && t == type && n == name);
        if (start < 0)
            return null;
        int next = lines.FindIndex(start + 1, l => Words(l) is ["config", ..]);
        int end = next < 0 ? lines.Count : next;
        while (lines[end - 1].Trim().Length == 0)
            end--;
        return (start, end - start);
    }

    static string[] Words(string line) =>
        [.. line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(w => w.Trim('\'', '"'))];
}
