using System.Collections.Immutable;
using System.Text;

namespace Weft.Control;

/// <summary>
/// The text of an <c>/etc/resolv.conf</c> of ours. It says in remarks which interfaces asked for what, the newest first,
/// so that each can go whenever it likes and the file itself is all the memory there is. Pure.
/// </summary>
/// <param name="Boot">The boot that it was written in: after another, none of its interfaces is up.</param>
/// <param name="Options">Lines that are taken over from the file before.</param>
/// <param name="Asked">What each interface asked for. The first is in force.</param>
sealed record KeptResolvConf(
    string Boot,
    ImmutableArray<string> Options,
    ImmutableArray<(string Link, NameServers Servers)> Asked
)
{
    internal const string FirstLine =
        "# Weft wrote this. What was here before comes back with 'weft stop' or 'wg-quick down'.";

    const string BootWord = "# boot ";

    /// <summary>Null when the text is somebody else's.</summary>
    internal static KeptResolvConf? Read(string text)
    {
        string[] lines = text.Split('\n');
        if (lines[0] != FirstLine)
            return null;
        string boot = "";
        List<string> links = [];
        Dictionary<string, ImmutableArray<string>> entries = [];
        foreach (string line in lines.Skip(1))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line.StartsWith(BootWord, StringComparison.Ordinal))
            {
                boot = line[BootWord.Length..];
            }
            else if (words is ["#", _, "nameserver" or "search", _, ..])
            {
                if (!entries.TryGetValue(words[1], out ImmutableArray<string> before))
                    links.Add(words[1]);
                entries[words[1]] = [.. before.IsDefault ? [] : before, .. words[3..]];
            }
        }
        return new KeptResolvConf(boot, OptionsOf(text), [.. links.Select(l => (l, NameServers.Of(entries[l])!))]);
    }

    /// <summary>What is not about servers and domains.</summary>
    internal static ImmutableArray<string> OptionsOf(string text) =>
        [.. text.Split('\n').Where(l => l.StartsWith("options ", StringComparison.Ordinal))];

    internal KeptResolvConf With(string link, NameServers servers) =>
        this with
        {
            Asked = [(link, servers), .. Without(link).Asked],
        };

    internal KeptResolvConf Without(string link) => this with { Asked = Asked.RemoveAll(a => a.Link == link) };

    internal string Write()
    {
        StringBuilder text = new($"{FirstLine}\n{BootWord}{Boot}\n");
        foreach ((string link, NameServers servers) in Asked)
        {
            foreach (string line in servers.ResolvConf().Split('\n', StringSplitOptions.RemoveEmptyEntries))
                text.Append($"# {link} {line}\n");
        }
        text.Append(Asked[0].Servers.ResolvConf());
        return text.AppendJoin("", Options.Select(o => o + "\n")).ToString();
    }
}
