using System.Collections.Immutable;

namespace Weft.Fuzz.Targets;

/// <summary>A filter table in the plainest way: its chains in order with the rules of each, as iptables keeps them.</summary>
sealed class FilterTable
{
    static readonly string[] BuiltIn = ["INPUT", "FORWARD", "OUTPUT"];

    readonly Dictionary<string, string> _policies = BuiltIn.ToDictionary(chain => chain, _ => "ACCEPT");
    readonly SortedDictionary<string, List<string>> _rules = new(StringComparer.Ordinal);

    FilterTable()
    {
        foreach (string chain in BuiltIn)
            _rules.Add(chain, []);
    }

    /// <summary>The table that those of the lines describe that iptables could have printed.</summary>
    public static FilterTable Of(IEnumerable<string> lines)
    {
        FilterTable table = new();
        List<string> all = [.. lines.Where(IsPrintable)];
        foreach (string[] words in all.Select(line => line.Split(' ')))
        {
            if (words is ["-P", var builtIn, "ACCEPT" or "DROP"] && BuiltIn.Contains(builtIn))
                table._policies[builtIn] = words[2];
            if (words is ["-N", { Length: > 0 and < 29 } made] && !made.StartsWith('-'))
                table._rules.TryAdd(made, []);
        }
        foreach (string line in all)
        {
            string[] words = line.Split(' ');
            if (words is ["-A", var chain, .. { Length: > 0 } rest] && table._rules.TryGetValue(chain, out var rules))
                if (rest[^1].Length > 0 && TargetIn(rest) is { } target && table.IsTarget(target))
                    rules.Add(string.Join(' ', rest));
        }
        return table;
    }

    /// <summary>As <c>iptables -S</c> prints it.</summary>
    public ImmutableArray<string> Lines() =>
        [
            .. BuiltIn.Select(chain => $"-P {chain} {_policies[chain]}"),
            .. _rules.Keys.Except(BuiltIn).Select(chain => $"-N {chain}"),
            .. _rules.SelectMany(chain => chain.Value.Select(rule => $"-A {chain.Key} {rule}")),
        ];

    /// <summary>Takes what <c>iptables-restore --noflush</c> would take.</summary>
    /// <exception cref="BrokenRuleException">It would not.</exception>
    public void Restore(string text)
    {
        string[] lines = text.Split('\n');
        Rule.Holds(lines is ["*filter", .., "COMMIT", ""], "a change is one of the filter table", text);
        foreach (string line in lines[1..^2])
            Take(line);
        foreach (string target in _rules.Values.SelectMany(rules => rules).Select(TargetOf))
            Rule.Holds(IsTarget(target), "a rule leads to a chain that there is", target);
    }

    void Take(string line)
    {
        string[] words = line.Split(' ');
        if (words is [[':', .. var declared], "-", "[0:0]"])
        {
            Rule.Holds(declared.Length < 29, "a chain's name has 28 letters", declared);
            _rules[declared] = [];
            return;
        }
        Rule.Holds(words.Length > 1 && _rules.ContainsKey(words[1]), "a command is about a chain that there is", line);
        List<string> rules = _rules[words[1]];
        switch (words)
        {
            case ["-A", _, .. var rest]:
                rules.Add(string.Join(' ', rest));
                break;
            case ["-I", _, "1", .. var rest]:
                rules.Insert(0, string.Join(' ', rest));
                break;
            case ["-D", _, .. var rest]:
                Rule.Holds(rules.Remove(string.Join(' ', rest)), "a rule that goes is there", line);
                break;
            case ["-F", _]:
                rules.Clear();
                break;
            case ["-X", var chain]:
                Rule.Holds(rules.Count == 0, "a chain that goes is empty", line);
                _rules.Remove(chain);
                Rule.Holds(
                    !_rules.Values.SelectMany(all => all).Any(rule => TargetOf(rule) == chain),
                    "nothing leads to a chain that goes",
                    line
                );
                break;
            default:
                Rule.Holds(false, "a command is one of iptables-restore", line);
                break;
        }
    }

    bool IsTarget(string target) =>
        target is "ACCEPT" or "DROP" or "REJECT" or "RETURN" or "TCPMSS" || _rules.ContainsKey(target);

    static string TargetOf(string rule) => TargetIn(rule.Split(' ')) ?? "";

    /// <summary>Where a rule leads; null when it is none. Only TCPMSS has something to say behind its name.</summary>
    static string? TargetIn(string[] words) =>
        words switch
        {
            [.., "-j", "TCPMSS", "--set-mss", var size] when ushort.TryParse(size, out ushort _) => "TCPMSS",
            [.., "-j", "TCPMSS", "--clamp-mss-to-pmtu"] => "TCPMSS",
            [.., "-j", not "TCPMSS" and var target] => target,
            _ => null,
        };

    static bool IsPrintable(string line) => line.All(c => c is >= ' ' and <= '~');
}
