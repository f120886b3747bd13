using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Weft.Control;

/// <summary>The <c>resolvconf</c> of Debian, of openresolv, or of systemd-resolved: called as wg-quick calls it.</summary>
/// <param name="program">Its path.</param>
/// <param name="orderFile">Where Debian's has the names that it sorts interfaces by.</param>
/// <param name="tools">Runs it.</param>
sealed partial class Resolvconf(string program, string orderFile, Tools tools) : INameServerKeeper
{
    internal const string Keeper = "resolvconf";

    public string Name => Keeper;

    public bool GoesWithInterface => false;

    public string Describe(string link, NameServers? servers) =>
        string.Join(' ', [Keeper, .. servers is null ? Removal(link) : Addition(link)]);

    public void Set(string link, NameServers servers) => Run(Addition(link), servers.ResolvConf());

    public void Remove(string link) => Run(Removal(link), "");

    // Metric 0 puts it first and x leaves it alone: a resolver that falls back to others would tell them the names.
    ImmutableArray<string> Addition(string link) => ["-a", RecordOf(link), "-m", "0", "-x"];

    ImmutableArray<string> Removal(string link) => ["-d", RecordOf(link), "-f"];

    /// <summary>
    /// Debian's resolvconf knows no metric: its order is that of a list of patterns, and what it has no pattern for
    /// comes last. So the record borrows the first plain name of the list, mostly <c>tun</c>.
    /// </summary>
    string RecordOf(string link)
    {
        bool isResolved = new FileInfo(program).ResolveLinkTarget(true)?.Name == Resolvectl.Keeper;
        if (isResolved || !File.Exists(orderFile))
            return link;
        Match first =
            File.ReadLines(orderFile).Select(l => Plain().Match(l)).FirstOrDefault(m => m.Success) ?? Match.Empty;
        return first.Success ? $"{first.Groups[1].Value}.{link}" : link;
    }

    void Run(ImmutableArray<string> arguments, string input)
    {
        ToolResult result = tools.Run(program, arguments, input);
        if (!result.Succeeded)
        {
            throw new OperationFailedException(
                $"The name servers are not set: {program} {string.Join(' ', arguments)}: {result.Complaint}",
                "Run it by hand to see why, or take DNS out of the file."
            );
        }
    }

    [GeneratedRegex(@"\A([A-Za-z0-9-]+)\*\z")]
    private static partial Regex Plain();
}
