using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Weft.Control;

namespace Weft.Fuzz.Targets;

/// <summary>
/// Files of the host's own in which lines of ours stand: what boots it, what asks dnsmasq, OpenWrt's sections. Ours come and
/// go, half a block is refused, and what others wrote stays as it was to the letter.
/// </summary>
sealed partial class HostTextsTarget : ITarget
{
    const string Body = "interface=wg0\nserver=/b.example/192.168.192.2";

    static readonly MarkedBlock Block = MarkedBlock.OfNames("wg0");
    static readonly UciSection Section = new("include", "weft_wg0");

    static readonly ImmutableArray<DnsSetting> Settings =
    [
        new("interface", "wg0"),
        new("host-record", "gate.a.example,192.168.192.1,fd00::1"),
        new("local", "/a.example/"),
        new("server", "/b.example/192.168.192.2"),
    ];

    public TargetShape Shape { get; } =
        new("host-texts")
        {
            IsText = true,
            MaxLength = 4 << 10,
            BriefRuns = 10_000,
            Budget = new(128 << 10, 1000),
            Words = Words.Of([
                "# weft wg0 begins",
                "# weft wg0 begins: 'weft stop' removes this\n",
                "# weft wg0 ends",
                "# weft wg0 ends\n",
                "# weft wg01 begins: 'weft stop' removes this\n",
                "# weft wg01 ends\n",
                "interface=wg0\n",
                "server=/b.example/192.168.192.2 # theirs\n",
                "local=/a.example/\n",
                "config include 'weft_wg0'\n",
                "config include weft_wg0\n",
                "config include 'weft_wg01'\n",
                "config dnsmasq\n",
                "\toption path '/usr/sbin/weft'\n",
                "\tlist server '/b.example/192.168.192.2'\n",
                "dhcp.@dnsmasq[0]=dnsmasq\n",
                "dhcp.@dnsmasq[0].server='/b.example/192.168.192.2' '/c.example/192.168.192.3'\n",
                "dhcp.weft_wg0=weft\n",
                "dhcp.weft_wg0.setting='interface=wg0' 'host-record=gate.a.example,192.168.192.1'\n",
                "dhcp.weft_wg0_1=domain\n",
                "dhcp.weft_wg0_1.name='it'\\''s'\n",
                "dhcp.weft_wg01=weft\n",
                "exit 0\n",
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        string text = Encoding.UTF8.GetString(input);
        MarkedLines(text, seen);
        UciSectionOfOurs(text, seen);
        UciLists(text, seen);
        foreach (string line in text.Split('\n'))
            Setting(line, seen);
    }

    static void MarkedLines(string text, Observation seen)
    {
        string without;
        string with;
        try
        {
            using (seen.Measure())
            {
                without = Block.Remove(text);
                with = Block.Put(text, Body);
            }
        }
        catch (OperationFailedException)
        {
            seen.Saw("half a block");
            Rule.Holds(Block.Read(text) is null, "half a block has no body");
            return;
        }
        bool isThere = Block.Read(text) is not null;
        seen.Saw($"block {isThere}");
        Rule.Same(isThere, without != text, "only what is there is removed");
        Rule.Same($"{Body}\n", Block.Read(with), "a block reads as it was put");
        Rule.Same(with, Block.Put(with, Body), "a block is put once");
        if (!isThere)
        {
            Rule.Holds(with.StartsWith(text, StringComparison.Ordinal), "a new block comes last");
            Rule.Same(text, Block.Remove(with), "a block leaves nothing");
        }
        Rule.Same(Count(without, "theirs"), Count(with, "theirs"), "the rest stays");
        Rule.Holds(without.Split('\n').All(new HashSet<string>(text.Split('\n')).Contains), "lines stay whole");
    }

    static void UciSectionOfOurs(string text, Observation seen)
    {
        string without;
        string with;
        using (seen.Measure())
        {
            without = Section.Remove(text);
            with = Section.Put(text, [("type", "script"), ("path", "/usr/sbin/weft")]);
        }
        bool isThere = without != text;
        seen.Saw($"section {isThere}");
        Rule.Same(with, Section.Put(with, [("type", "script"), ("path", "/usr/sbin/weft")]), "a section is put once");
        if (isThere)
            return;
        Rule.Holds(with.StartsWith(text, StringComparison.Ordinal), "a new section comes last");
        string whole = text.Length == 0 || text.EndsWith('\n') ? text : $"{text}\n";
        Rule.Same(whole, Section.Remove(with), "a section leaves nothing");
    }

    /// <summary>What uci is told, whatever it printed: commands about our own sections and the lists of the main one.</summary>
    static void UciLists(string text, Observation seen)
    {
        string batch;
        using (seen.Measure())
            batch = UciDhcp.Batch("wg0", Settings, UciSections.Read(text));
        seen.Saw("commands", batch.Count(c => c == '\n'));
        foreach (string line in batch.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Rule.Holds(OfOurs().IsMatch(line), "uci is told of ours alone", line);
    }

    static void Setting(string line, Observation seen)
    {
        DnsSetting? setting;
        using (seen.Measure())
            setting = DnsSetting.Read(line);
        if (setting is not { Option.Length: > 0 } read)
            return;
        seen.Saw($"setting {read.Value.Length > 0}");
        Rule.Same(read, DnsSetting.Read(read.ToString()) ?? default, "a setting reads as it was written");
    }

    static int Count(string text, string word) => text.Split(word).Length - 1;

    [GeneratedRegex(
        @"^((set|add_list) dhcp\.weft_wg0(_[0-9]+)?(\.[a-z]+)?='?[^']*'?|delete dhcp\.weft_wg0(_[^']*)?|(add|del)_list dhcp\.@dnsmasq\[0\]\.[a-z_]+='[^']*')$"
    )]
    private static partial Regex OfOurs();
}
