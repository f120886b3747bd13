using System.Collections.Immutable;
using System.Text;

namespace Weft.Control;

/// <summary>
/// The filter table of iptables or ip6tables as <c>iptables -S</c> prints it, and the text for <c>iptables-restore</c> that
/// puts our chains into it or takes them out, in one atomic step. Pure.
/// </summary>
/// <param name="Restore">Path of <c>iptables-restore</c> or <c>ip6tables-restore</c>.</param>
/// <param name="Lines">What <c>iptables -S</c> printed.</param>
sealed record Iptables(string Restore, ImmutableArray<string> Lines)
{
    const string Head = "*filter\n";
    const string Tail = "COMMIT\n";

    static readonly string[] s_builtIn = ["INPUT", "FORWARD"];

    static readonly string[] s_marks = [Ownership.TableMark, .. s_builtIn.Select(Ownership.ChainMark)];

    bool IsIPv6 => Path.GetFileName(Restore).StartsWith("ip6", StringComparison.Ordinal);

    /// <summary>Somebody filters with it: there is a rule, a chain, or a policy that drops.</summary>
    internal bool IsInUse => !Lines.All(IsEmptyPolicy);

    /// <summary>What to change so that our chains stand as wished; null when they do.</summary>
    /// <param name="wish">What the interface needs.</param>
    /// <param name="marks">Chains to leave as marks of what is made by this change.</param>
    internal FirewallChange? Put(FirewallWish wish, ImmutableArray<string> marks)
    {
        ImmutableArray<FirewallChain> chains = wish.Chains();
        ImmutableArray<FirewallChain> plain = [.. chains.Select(c => c.Plain)];
        return chains.All(Stands) || plain.All(Stands) ? null : Put(chains, marks) with { Plain = Put(plain, marks) };
    }

    FirewallChange Put(ImmutableArray<FirewallChain> chains, ImmutableArray<string> marks)
    {
        StringBuilder text = new(Head);
        StringBuilder undo = new(Head);
        // To declare a chain is to empty it. Other people's chains are not named, so they stay as they are.
        foreach (string mark in marks)
            text.Append(Declaration(mark));
        foreach (FirewallChain chain in chains)
        {
            text.Append(Declaration(chain.Name)).AppendJoin("", Rules(chain).Select(r => r + "\n"));
            if (!Lines.Contains(Jump(chain)))
            {
                // First, or a rule of the host that drops would have its way.
                text.Append($"-I {chain.IptablesParent} 1 -j {chain.Name}\n");
                undo.Append($"-D {chain.IptablesParent} -j {chain.Name}\n");
            }
            if (Exists(chain.Name))
                undo.Append(Declaration(chain.Name)).AppendJoin("", RulesNow(chain.Name).Select(r => r + "\n"));
            else
                undo.Append(Removal(chain.Name));
        }
        foreach (string mark in marks)
            undo.Append($"-X {mark}\n");
        return Change(text.Append(Tail), undo.Append(Tail));
    }

    /// <summary>What to change so that nothing of ours stands there; null when nothing does.</summary>
    /// <param name="name">The interface.</param>
    internal FirewallChange? Take(string name)
    {
        StringBuilder text = new(Head);
        StringBuilder undo = new(Head);
        string[] chains = [.. ChainsOf(name).Where(Exists)];
        if (chains.Length == 0)
            return null;
        string[] marks = IsLast(name) ? [.. s_marks.Where(IsUntouched)] : [];
        foreach (string mark in marks)
            undo.Append(Declaration(mark));
        foreach (string chain in chains)
        {
            undo.Append(Declaration(chain)).AppendJoin("", RulesNow(chain).Select(r => r + "\n"));
            foreach (string jump in Lines.Where(l => l.EndsWith(" -j " + chain, StringComparison.Ordinal)))
            {
                string parent = jump.Split(' ')[1];
                text.Append($"-D{jump.AsSpan(2)}\n");
                undo.Append(
                    $"-I {parent} 1{jump.AsSpan(jump.IndexOf(parent, StringComparison.Ordinal) + parent.Length)}\n"
                );
            }
            text.Append(Removal(chain));
        }
        foreach (string mark in marks)
            text.Append($"-X {mark}\n");
        return Change(text.Append(Tail), undo.Append(Tail));
    }

    /// <summary>We made the table, and nobody but this interface has put anything into it: it can go with our chains.</summary>
    internal bool IsOursAlone(string name)
    {
        string[] ours = [.. s_marks, .. ChainsOf(name)];
        return Exists(Ownership.TableMark)
            && Lines.All(l => IsEmptyPolicy(l) || l.Split(' ').Any(word => ours.Contains(word)));
    }

    /// <summary>The built-in chains that we made in somebody's table, and that are empty once this interface's jump is gone.</summary>
    internal IEnumerable<string> ChainsOursAlone(string name) =>
        s_builtIn.Where(chain =>
            IsLast(name)
            && Exists(Ownership.ChainMark(chain))
            && Lines.Contains($"-P {chain} ACCEPT")
            && Lines
                .Where(l => l.StartsWith($"-A {chain} ", StringComparison.Ordinal))
                .All(l => ChainsOf(name).Any(ours => l.EndsWith(" -j " + ours, StringComparison.Ordinal)))
        );

    bool IsLast(string name) => !Lines.Any(l => IsChainOfAnother(l, ChainsOf(name)));

    bool Stands(FirewallChain chain) =>
        Exists(chain.Name) && Lines.Contains(Jump(chain)) && RulesNow(chain.Name).SequenceEqual(Rules(chain));

    /// <summary>It is there, empty, and nobody has put it to a use of his own.</summary>
    bool IsUntouched(string mark) => Exists(mark) && Lines.All(l => l == "-N " + mark || !l.Split(' ').Contains(mark));

    bool Exists(string chain) => Lines.Contains("-N " + chain);

    IEnumerable<string> RulesNow(string chain) =>
        Lines.Where(l => l.StartsWith($"-A {chain} ", StringComparison.Ordinal));

    FirewallChange Change(StringBuilder text, StringBuilder undo) =>
        new(Restore, ["-w", "5", "--noflush"], text.ToString(), undo.ToString());

    static string[] ChainsOf(string name) => [Ownership.InputChain(name), Ownership.ForwardChain(name)];

    static string Jump(FirewallChain chain) => $"-A {chain.IptablesParent} -j {chain.Name}";

    IEnumerable<string> Rules(FirewallChain chain) =>
        chain.Rules.Select(r => IsIPv6 ? r.IPv6 : r.IPv4).OfType<string>().Select(r => $"-A {chain.Name} {r}");

    static string Declaration(string chain) => $":{chain} - [0:0]\n";

    static string Removal(string chain) => $"-F {chain}\n-X {chain}\n";

    static bool IsEmptyPolicy(string line) =>
        line.StartsWith("-P ", StringComparison.Ordinal) && line.EndsWith(" ACCEPT", StringComparison.Ordinal);

    static bool IsChainOfAnother(string line, string[] chains) =>
        line.StartsWith("-N " + Ownership.ChainPrefix, StringComparison.Ordinal) && !chains.Contains(line[3..]);
}
