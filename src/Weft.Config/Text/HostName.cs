using System.Buffers;

namespace Weft.Config;

/// <summary>Names of hosts (RFC 1123): labels of letters, digits and inner hyphens, joined by dots.</summary>
public static class HostName
{
    static readonly SearchValues<char> DigitsAndDots = SearchValues.Create("0123456789.");

    /// <summary>
    /// Underscores are let through, since names in use have them. A name of digits and dots alone is a mistyped address.
    /// Such a name is safe as the name of a folder: it holds no slash and does not start with a dot.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.EndsWith('.'))
            name = name[..^1];
        if (name.Length is 0 or > 253 || !name.ContainsAnyExcept(DigitsAndDots))
            return false;
        foreach (Range range in name.Split('.'))
        {
            ReadOnlySpan<char> label = name[range];
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
                return false;
            foreach (char c in label)
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                    return false;
        }
        return true;
    }
}
