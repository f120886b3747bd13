using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>Reads what <c>iptables-save</c> prints as chains that can be asked. Pure; what it does not know it says so of.</summary>
static class IptablesFilter
{
    static readonly string[] s_builtIn = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

    /// <param name="text">What the tool printed.</param>
    /// <param name="v6">It is ip6tables'.</param>
    internal static IEnumerable<FilterChain> Read(string text, bool v6)
    {
        string tool = v6 ? "ip6tables" : "iptables";
        string table = "";
        Dictionary<(string Table, string Chain), FilterChain> chains = [];
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith('*'))
                table = line[1..].Trim();
            else if (line.StartsWith(':') && line[1..].Split(' ') is [var name, var policy, ..])
                chains[(table, name)] = new FilterChain(
                    table == "filter" ? tool : $"{tool} -t {table}",
                    name,
                    s_builtIn.Contains(name) && table != "nat" ? name.ToLowerInvariant() : null,
                    Priority(table),
                    policy == "DROP",
                    []
                )
                {
                    Sees = p => p.IsIPv6 == v6,
                };
            else if (
                line.StartsWith("-A ", StringComparison.Ordinal)
                && Words(line) is [_, var chain, ..] words
                && chains.TryGetValue((table, chain), out FilterChain? into)
            )
                into.Rules.Add(Rule(words, line));
        }
        return chains.Values;
    }

    /// <summary>Where the tables stand among each other (NF_IP_PRI_…).</summary>
    static int Priority(string table) =>
        table switch
        {
            "raw" => -300,
            "mangle" => -150,
            "security" => 50,
            _ => 0,
        };

    static FilterRule Rule(ImmutableArray<string> words, string line)
    {
        List<Func<FilterPacket, bool?>> matches = [];
        FilterAction action = FilterAction.None;
        string? target = null;
        bool negated = false;
        for (int i = 2; i < words.Length; i++)
        {
            string option = words[i];
            if (option == "!")
            {
                negated = true;
                continue;
            }
            string value = i + 1 < words.Length ? words[i + 1] : "";
            switch (option)
            {
                case "-j" or "-g":
                    (action, target) = Action(value, option == "-g");
                    i = words.Length;
                    break;
                case "-m" when value is "udp" or "tcp" or "conntrack" or "state" or "comment" or "multiport":
                case "--comment":
                    i++;
                    break;
                default:
                    if (Match(option, value) is { } match)
                    {
                        bool turned = negated;
                        matches.Add(p => match(p) is { } yes ? yes != turned : null);
                        i++;
                    }
                    else
                    {
                        matches.Add(_ => null);
                    }
                    break;
            }
            negated = false;
        }
        return new FilterRule(matches, action, target, line);
    }

    static (FilterAction, string?) Action(string name, bool isGoto) =>
        name switch
        {
            "ACCEPT" => (FilterAction.Accept, null),
            "DROP" or "REJECT" => (FilterAction.Drop, null),
            "RETURN" => (FilterAction.Return, null),
            "QUEUE" or "NFQUEUE" => (FilterAction.Unknown, null),
            // Of a target that is no chain (LOG, MARK, TCPMSS) none is found, and the next rule decides.
            _ => (isGoto ? FilterAction.Goto : FilterAction.Jump, name),
        };

    /// <summary>Null when the option is not known, or its value is not.</summary>
    static Func<FilterPacket, bool?>? Match(string option, string value)
    {
        switch (option)
        {
            case "-i":
                return p => FilterText.IsInterface(value, p.Input);
            case "-o":
                return p => FilterText.IsInterface(value, p.Output);
            case "-p":
                return p => FilterText.IsProtocol(value, p);
            case "-s" when FilterText.Network(value) is { } network:
                return p => FilterText.Holds(network, p.Source);
            case "-d" when FilterText.Network(value) is { } network:
                return p => FilterText.Holds(network, p.Destination);
            case "--ctstate" or "--state":
                return p => FilterText.IsState(value.Split(','), p);
            case "--dport" or "--dports":
                return Ports(value, p => p.DestinationPort);
            case "--sport" or "--sports":
                return Ports(value, p => p.SourcePort);
            default:
                return null;
        }
    }

    static Func<FilterPacket, bool?>? Ports(string value, Func<FilterPacket, int> port)
    {
        (int First, int Last)?[] ranges = [.. value.Split(',').Select(FilterText.Ports)];
        if (ranges.Contains(null))
            return null;
        return p => ranges.Any(r => r is var (first, last) && port(p) >= first && port(p) <= last);
    }

    /// <summary>White space parts words but within quotes, which only remarks have.</summary>
    static ImmutableArray<string> Words(string line)
    {
        ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>();
        foreach ((string part, int number) in line.Split('"').Select((p, i) => (p, i)))
        {
            if (number % 2 == 1)
                words.Add(part);
            else
                words.AddRange(part.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        return words.DrainToImmutable();
    }
}
