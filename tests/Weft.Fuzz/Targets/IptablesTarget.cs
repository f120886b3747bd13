using System.Collections.Immutable;
using System.Text;
using Weft.Control;

namespace Weft.Fuzz.Targets;

/// <summary>
/// The filter table as <c>iptables -S</c> prints it: what we feed to <c>iptables-restore</c> is taken by a plain model of it,
/// puts our chains as wished, takes them out again without a trace, and leaves everybody else's as they were.
/// </summary>
sealed class IptablesTarget : ITarget
{
    const string Wg0 = "wg0";

    static readonly FirewallWish Wish = new(Wg0, 51820, 1420);

    public TargetShape Shape { get; } =
        new("iptables")
        {
            IsText = true,
            MaxLength = 4 << 10,
            BriefRuns = 10_000,
            Budget = new(128 << 10, 2000),
            Words = Words.Of([
                "-P INPUT DROP\n",
                "-P FORWARD ACCEPT\n",
                "-P OUTPUT ACCEPT\n",
                "-N guests\n",
                "-N WEFT\n",
                "-N WEFT.INPUT\n",
                "-N WEFT-wg0-IN\n",
                "-N WEFT-wg0-FWD\n",
                "-N WEFT-wg1-IN\n",
                "-A INPUT -j WEFT-wg0-IN\n",
                "-A INPUT -i eth0 -j WEFT-wg0-IN\n",
                "-A FORWARD -j WEFT-wg0-FWD\n",
                "-A guests -j WEFT-wg0-FWD\n",
                "-A WEFT-wg0-IN -p udp -m udp --dport 51820 -j ACCEPT\n",
                "-A WEFT-wg0-IN -i wg0 -j ACCEPT\n",
                "-A WEFT-wg0-IN -j DROP\n",
                "-A WEFT-wg0-FWD -i wg0 -j ACCEPT\n",
                "-A WEFT-wg0-FWD -i wg0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1380\n",
                "-A WEFT-wg0-FWD -o wg0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1380\n",
                "-A WEFT-wg0-FWD -o wg0 -j ACCEPT\n",
                "-A INPUT -m comment --comment \"a -j WEFT-wg0-IN\" -j guests\n",
                "-A INPUT -i lo -j ACCEPT\n",
                "-A ",
                " -j ",
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        string[] lines = Encoding.Latin1.GetString(input).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // Whatever a tool prints, there is an answer; what comes of it is asked of what iptables could print.
        using (seen.Measure())
        {
            Iptables raw = new("iptables-restore", [.. lines]);
            raw.Put(Wish, []);
            raw.Take(Wg0);
            raw.IsOursAlone(Wg0);
        }
        FilterTable table = FilterTable.Of(lines);
        ImmutableArray<string> before = table.Lines();
        seen.Saw("lines", before.Length);

        Apply(table, Read(before).Put(Wish, []), before, "put", seen);
        Rule.Holds(Read(table.Lines()).Put(Wish, []) is null, "what was put stands as wished");
        ImmutableArray<string> put = table.Lines();
        Rule.Same(Others(before), Others(put), "the rules of others stay");
        Apply(table, Read(put).Take(Wg0), put, "take", seen);
        ImmutableArray<string> after = table.Lines();
        Rule.Holds(Read(after).Take(Wg0) is null, "what was taken is gone");
        Rule.Same(Others(before), Others(after), "the rules of others stay");
    }

    /// <summary>Applies a change to the table, having seen that what takes it back does.</summary>
    static void Apply(
        FilterTable table,
        FirewallChange? change,
        ImmutableArray<string> before,
        string what,
        Observation seen
    )
    {
        seen.Saw($"{what} {change is null}");
        if (change is null)
            return;
        table.Restore(change.Input);
        FilterTable undone = FilterTable.Of(table.Lines());
        undone.Restore(change.Undo);
        // A jump that stood further down, or behind a match, comes back at the head.
        Rule.Same(
            string.Join('\n', before.Order(StringComparer.Ordinal)),
            string.Join('\n', undone.Lines().Order(StringComparer.Ordinal)),
            "a change can be taken back"
        );
    }

    static Iptables Read(ImmutableArray<string> lines) => new("iptables-restore", lines);

    static string Others(ImmutableArray<string> lines) =>
        string.Join('\n', lines.Where(line => !line.Contains("WEFT", StringComparison.Ordinal)));
}
