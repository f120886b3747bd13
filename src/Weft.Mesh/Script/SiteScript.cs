using System.Text;
using System.Text.RegularExpressions;

namespace Weft.Mesh;

/// <summary>
/// <c>wg.sh</c>, which runs a site where .NET does not: one text for every site, kept readable as <c>Script/wg.sh</c> in this
/// assembly. A router's flash is small, so what is written to a site's folder lacks what only a reader of the source needs:
/// comments, indentation, spaces around operators, and ends of lines where a brace of awk's is one. Pure.
/// </summary>
static partial class SiteScript
{
    internal const string FileName = "wg.sh";

    const string Resource = "Weft.Mesh.Script.wg.sh";

    /// <summary>The far end of a deployment to a site that the script runs.</summary>
    const string ReceiverResource = "Weft.Mesh.Script.receive.sh";

    /// <summary>The file's content.</summary>
    internal static byte[] Text() => Encoding.UTF8.GetBytes(Dense(Read(Resource)));

    /// <summary>What <c>weft receive</c> is elsewhere; see <see cref="FarScript.ByScript"/>.</summary>
    internal static byte[] Receiver() => Encoding.UTF8.GetBytes(Read(ReceiverResource));

    static string Read(string resource)
    {
        using Stream stream =
            typeof(SiteScript).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not in the assembly");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The same program in fewer bytes. The source indents by tabs, so what a text begins with spaces stays.</summary>
    internal static string Dense(string source)
    {
        StringBuilder text = new();
        string[] lines = source.Split('\n');
        bool isHead = true;
        bool isAwk = false;
        // The last one is what follows the last line's end.
        foreach (string line in lines.SkipLast(1))
        {
            string bare = line.TrimStart('\t');
            // What the script is stays at its head.
            isHead &= bare.StartsWith('#');
            if (!isHead && (bare.Length == 0 || bare.StartsWith("# ", StringComparison.Ordinal)))
                continue;
            bare = Remark().Replace(bare, "");
            isAwk = isAwk ? bare != "EOF" : bare.EndsWith("3<<'EOF'", StringComparison.Ordinal);
            bool isCommand = bare.StartsWith("awk ", StringComparison.Ordinal);
            bool isStatement = isAwk && !isCommand;
            // A brace ends what stands before it, as the end of a line would.
            if (isStatement && (bare.StartsWith('}') || text[^2] == '{'))
                text.Length--;
            text.Append(isStatement ? Awk(bare) : Shell(bare)).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A line of awk; what stands in quotes stays as it is.</summary>
    static string Awk(string line)
    {
        StringBuilder text = new();
        int at = 0;
        foreach (Match quoted in AwkText().Matches(line))
        {
            string before = AwkSpaces().Replace(line[at..quoted.Index], "$1$2$3$4").TrimEnd(' ');
            text.Append(at == 0 ? before : before.TrimStart(' ')).Append(quoted.Value);
            at = quoted.Index + quoted.Length;
        }
        string rest = AwkSpaces().Replace(line[at..], "$1$2$3$4");
        return text.Append(at == 0 ? rest : rest.TrimStart(' ')).ToString();
    }

    /// <summary>A line of the shell's; what stands in quotes stays as it is.</summary>
    static string Shell(string line)
    {
        StringBuilder text = new();
        int at = 0;
        foreach (Match quoted in ShellText().Matches(line))
        {
            text.Append(ShellSpaces().Replace(line[at..quoted.Index], "$1$2")).Append(quoted.Value);
            at = quoted.Index + quoted.Length;
        }
        return text.Append(ShellSpaces().Replace(line[at..], "$1$2")).ToString();
    }

    [GeneratedRegex(
        """
            "(?:[^"\\]|\\.)*"
            """
    )]
    private static partial Regex AwkText();

    /// <summary>Not around a slash, which may end a regular expression.</summary>
    [GeneratedRegex(
        """(?: (==|!=|<=|>=|\|\||&&|[-+*]=|!~|[=<>?:+*%~-]) |([,;{)]) +| (\})|\b(if|for|while) (?=\()| (?=\{)|(?<=\}) )"""
    )]
    private static partial Regex AwkSpaces();

    [GeneratedRegex(
        """
            "(?:[^"\\]|\\.)*"|'[^']*'
            """
    )]
    private static partial Regex ShellText();

    [GeneratedRegex("""(?: (\|\||&&|\|) |(;) (?=then\b|do\b|\})| (?=;;)|(?<![0-9]) (?=[<>]))""")]
    private static partial Regex ShellSpaces();

    /// <summary>What a function's first line says of it.</summary>
    [GeneratedRegex("""(?<=\{) # .*$""")]
    private static partial Regex Remark();
}
