using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// Answers from text. Networks go through the parser of <c>mesh.conf</c>, so that the wizard takes what the file takes and
/// says what it says. Pure.
/// </summary>
static class WizardAnswer
{
    /// <summary>The word for "no LAN", since an empty answer takes the default.</summary>
    internal const string None = "none";

    internal static ImmutableArray<IPNetwork> Networks(string text, out string? fault)
    {
        MeshConfig? parsed = Parse($"[Mesh]\nNetwork = {text}\n", text, out fault);
        return parsed?.Networks ?? [];
    }

    internal static ImmutableArray<LanMap> Lans(string text, out string? fault)
    {
        fault = null;
        if (text.Equals(None, StringComparison.OrdinalIgnoreCase))
            return [];
        MeshConfig? parsed = Parse(
            $"[Mesh]\nNetwork = 192.168.192.0/24\n[Site]\nName = a.example.org\nLan = {text}\n",
            text,
            out fault
        );
        return parsed?.Sites[0].MappedLans ?? [];
    }

    internal static int? Number(string text, int lowest, int highest, out string? fault)
    {
        bool read = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        fault =
            read && number >= lowest && number <= highest ? null : $"it must be a number from {lowest} to {highest}";
        return fault is null ? number : null;
    }

    internal static bool? YesNo(string text, out string? fault)
    {
        bool? answer = text.ToLowerInvariant() switch
        {
            "yes" or "y" => true,
            "no" or "n" => false,
            _ => null,
        };
        fault = answer is null ? "answer yes or no" : null;
        return answer;
    }

    static MeshConfig? Parse(string file, string answer, out string? fault)
    {
        ParseResult<MeshConfig> result = MeshConfigText.Parse(file, "answer");
        fault =
            answer.Length == 0 ? "an answer is needed"
            : answer.Contains('#', StringComparison.Ordinal) ? "an answer has no comment"
            : result.IsGood ? null
            : string.Join("; ", result.Faults.Select(f => f.Remedy is null ? f.Message : $"{f.Message} ({f.Remedy})"));
        return fault is null ? result.Value : null;
    }
}
