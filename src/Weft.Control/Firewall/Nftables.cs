using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weft.Control;

/// <summary>
/// The ruleset of nftables as <c>nft -j list ruleset</c> prints it, and the text for <c>nft -f</c> that puts our chains
/// beside other people's base chains or takes them out, in one atomic step. Pure.
/// </summary>
/// <remarks>
/// An "accept" ends only the base chain that says it: a packet must pass every base chain of its hook, and none can
/// overrule another's drop. So a table of our own would open nothing. A chain of ours goes into each table whose base
/// chain would drop, and a rule at the head of that base chain jumps to it.
/// </remarks>
sealed class Nftables
{
    /// <summary>Of names and of the words of our own rules.</summary>
    static readonly SearchValues<char> s_letters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./"
    );

    static readonly string[] s_families = ["ip", "ip6", "inet"];
    static readonly string[] s_iptablesTables = ["filter", "nat", "mangle", "raw", "security"];

    static readonly string[] s_iptablesChains = ["INPUT", "FORWARD", "OUTPUT", "PREROUTING", "POSTROUTING"];

    readonly ImmutableArray<NftChain> _chains;
    readonly ImmutableArray<NftRule> _rules;

    Nftables(string program, ImmutableArray<NftChain> chains, ImmutableArray<NftRule> rules)
    {
        Program = program;
        _chains = chains;
        _rules = rules;
    }

    /// <summary>Path of <c>nft</c>.</summary>
    internal string Program { get; }

    /// <summary>Reads nft's JSON (libnftables-json(5)).</summary>
    /// <exception cref="JsonException">The text is none.</exception>
    internal static Nftables Read(string program, string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (NftRule.Member(document.RootElement, "nftables") is not { ValueKind: JsonValueKind.Array } items)
            throw new JsonException("no 'nftables' in it");
        try
        {
            return Read(program, items);
        }
        catch (InvalidOperationException e)
        {
            // Half a surrogate pair in a text, which only shows when the text is taken out.
            throw new JsonException(e.Message, e);
        }
    }

    static Nftables Read(string program, JsonElement items)
    {
        ImmutableArray<NftChain>.Builder chains = ImmutableArray.CreateBuilder<NftChain>();
        ImmutableArray<NftRule>.Builder rules = ImmutableArray.CreateBuilder<NftRule>();
        foreach (JsonElement item in items.EnumerateArray())
        {
            if (NftRule.Member(item, "chain") is { } chain)
                chains.Add(NftChain.Read(chain));
            else if (NftRule.Member(item, "rule") is { } rule)
                rules.Add(NftRule.Read(rule));
        }
        // What has a name that can't be said in a command is nobody's to change.
        return new Nftables(
            program,
            [.. chains.Where(c => IsWord(c.Family) && IsWord(c.Table) && IsWord(c.Name))],
            [.. rules.Where(r => IsWord(r.Family) && IsWord(r.Table) && IsWord(r.Chain))]
        );
    }

    /// <summary>There is a table of that name, such as <c>ip filter</c>.</summary>
    internal bool HasTable(string family, string table) => _chains.Any(c => c.Family == family && c.Table == table);

    /// <summary>There is a chain of that name in that table.</summary>
    internal bool HasChain(string family, string table, string chain) =>
        _chains.Any(c => c.Family == family && c.Table == table && c.Name == chain);

    /// <summary>The rules of all chains of a table.</summary>
    internal IEnumerable<NftRule> RulesOf(string family, string table) =>
        _rules.Where(r => r.Family == family && r.Table == table);

    /// <summary>The base chains that would drop what we need, those of iptables left out, which are iptables' to change.</summary>
    /// <param name="iptables">The host has iptables.</param>
    internal ImmutableArray<NftChain> Obstacles(bool iptables) =>
        [.. _chains.Where(c => Drops(c) && !(iptables && IsOfIptables(c)))];

    /// <summary>What to change so that our chains stand as wished beside the obstacles; null when they do.</summary>
    internal FirewallChange? Put(FirewallWish wish, bool iptables)
    {
        ImmutableArray<FirewallChain> chains = wish.Chains();
        ImmutableArray<FirewallChain> plain = [.. chains.Select(c => c.Plain)];
        return Put(chains, iptables) is { } change && Put(plain, iptables) is { } without
            ? change with
            {
                Plain = without,
            }
            : null;
    }

    FirewallChange? Put(ImmutableArray<FirewallChain> chains, bool iptables)
    {
        StringBuilder text = new();
        StringBuilder undo = new();
        foreach (NftChain parent in Obstacles(iptables))
        {
            FirewallChain chain = chains.First(c => c.NftHook == parent.Hook);
            string table = $"{parent.Family} {parent.Table}";
            bool exists = _chains.Any(c => c.Beside(parent) && c.Name == chain.Name);
            NftRule? jump = _rules.FirstOrDefault(r => r.In(parent) && r.Jump == chain.Name);
            IEnumerable<string> wanted = chain.Rules.Select(r => NftRule.WordsOf(r.Nft));
            if (exists && jump is not null && RulesNow(parent, chain.Name).SequenceEqual(wanted))
                continue;
            text.Append($"add chain {table} {chain.Name}\nflush chain {table} {chain.Name}\n");
            foreach (FirewallRule rule in chain.Rules)
                text.Append($"add rule {table} {chain.Name} {rule.Nft}\n");
            if (jump is null)
                text.Append($"insert rule {table} {parent.Name} jump {chain.Name}\n");
            // A fresh jump has no handle yet; with the chain emptied it does no harm, and stop takes it.
            if (jump is not null || exists)
                undo.Append(Again(table, chain.Name, RulesNow(parent, chain.Name)));
            else
                undo.Append($"flush chain {table} {chain.Name}\n");
        }
        return text.Length == 0 ? null : Change(text, undo);
    }

    /// <summary>What to change so that nothing of ours stands there; null when nothing does.</summary>
    internal FirewallChange? Take(string name, bool iptables)
    {
        string[] ours = [Ownership.InputChain(name), Ownership.ForwardChain(name)];
        StringBuilder text = new();
        StringBuilder undo = new();
        foreach (NftChain chain in _chains.Where(c => ours.Contains(c.Name) && !(iptables && IsOfIptables(c))))
        {
            string table = $"{chain.Family} {chain.Table}";
            undo.Append($"add chain {table} {chain.Name}\n")
                .Append(Again(table, chain.Name, RulesNow(chain, chain.Name)));
            foreach (NftRule rule in _rules.Where(r => r.BesideOf(chain) && r.Jump == chain.Name))
            {
                string handle = rule.Handle.ToString(CultureInfo.InvariantCulture);
                text.Append($"delete rule {table} {rule.Chain} handle {handle}\n");
                undo.Append($"insert rule {table} {rule.Chain} jump {chain.Name}\n");
            }
            text.Append($"flush chain {table} {chain.Name}\ndelete chain {table} {chain.Name}\n");
        }
        return text.Length == 0 ? null : Change(text, undo);
    }

    /// <summary>Deletes a table that iptables made for us and that is empty but for our chains, which are gone by then.</summary>
    internal FirewallChange DeleteTable(string family, string table) =>
        new(Program, ["-f", "-"], $"delete table {family} {table}\n", $"add table {family} {table}\n");

    /// <summary>Deletes a base chain that iptables made for us and that is empty by then.</summary>
    internal FirewallChange DeleteChain(string family, string table, string chain, string hook) =>
        new(
            Program,
            ["-f", "-"],
            $"delete chain {family} {table} {chain}\n",
            $"add chain {family} {table} {chain} {{ type filter hook {hook} priority 0; policy accept; }}\n"
        );

    IEnumerable<string> RulesNow(NftChain beside, string chain) =>
        _rules.Where(r => r.BesideOf(beside) && r.Chain == chain).Select(r => r.Words);

    bool Drops(NftChain chain) =>
        chain.Type == "filter"
        && chain.Hook is "input" or "forward"
        && s_families.Contains(chain.Family)
        && (chain.Policy == "drop" || _rules.Any(r => r.In(chain) && r.IsUnconditionalDrop));

    static bool IsOfIptables(NftChain chain) =>
        chain.Family is "ip" or "ip6"
        && s_iptablesTables.Contains(chain.Table)
        && (chain.Hook is null || s_iptablesChains.Contains(chain.Name));

    FirewallChange Change(StringBuilder text, StringBuilder undo) =>
        new(Program, ["-f", "-"], text.ToString(), undo.ToString());

    static string Again(string table, string chain, IEnumerable<string> rules)
    {
        StringBuilder text = new($"flush chain {table} {chain}\n");
        // What somebody else put into our chain and has no text here is not brought back.
        foreach (string rule in rules.Where(r => !NftRule.IsComment(r) && r.Split(' ').All(IsWord)))
            text.Append($"add rule {table} {chain} {rule}\n");
        return text.ToString();
    }

    static bool IsWord(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(s_letters);
}
