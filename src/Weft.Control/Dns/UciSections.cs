using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>What <c>uci show</c> prints of one file: <c>file.section.option='value' 'value'</c>, a line for each. Pure.</summary>
sealed class UciSections
{
    readonly Dictionary<string, ImmutableArray<string>> _options;

    UciSections(ImmutableArray<string> sections, Dictionary<string, ImmutableArray<string>> options)
    {
        Sections = sections;
        _options = options;
    }

    /// <summary>Such as <c>dhcp.lan</c> or <c>dhcp.@dnsmasq[0]</c>.</summary>
    internal ImmutableArray<string> Sections { get; }

    internal static UciSections Read(string text)
    {
        ImmutableArray<string>.Builder sections = ImmutableArray.CreateBuilder<string>();
        Dictionary<string, ImmutableArray<string>> options = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split('=', 2);
            if (parts.Length < 2)
                continue;
            // A section's own line names its kind.
            if (parts[0].Count(c => c == '.') == 1)
                sections.Add(parts[0]);
            else
                options[parts[0]] = Words(parts[1]);
        }
        return new UciSections(sections.DrainToImmutable(), options);
    }

    /// <summary>The values of an option; none when it is not there.</summary>
    internal ImmutableArray<string> ValuesOf(string section, string option) =>
        _options.TryGetValue($"{section}.{option}", out ImmutableArray<string> values) ? values : [];

    /// <summary>Words in quotes, or one without.</summary>
    static ImmutableArray<string> Words(string text) =>
        text.StartsWith('\'')
            ? [.. text.Split('\'').Where((_, i) => i % 2 == 1)]
            : [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
