using System.Collections.Immutable;
using System.Text;

namespace Weft.Control;

/// <summary>
/// The <see cref="TunnelGuard"/>s and <see cref="LanMapping"/>s that stand in iptables or ip6tables, and the text for <c>iptables-restore</c> to change
/// them. Only for a host without nft. Pure.
/// </summary>
/// <param name="Restore">Path of <c>iptables-restore</c> or <c>ip6tables-restore</c>.</param>
/// <param name="Lines">What <c>iptables-save</c> printed.</param>
sealed record IptablesGuards(string Restore, ImmutableArray<string> Lines) : IGuards
{
    static readonly string[] s_tables = ["raw", "mangle", "nat"];

    public FirewallChange? Put(TunnelGuard guard)
    {
        ImmutableArray<(string, string)> standing = Standing(TunnelGuard.IptablesRemark(guard.Interface));
        ImmutableArray<(string, string)> wanted = guard.IptablesRules();
        return standing.ToHashSet().SetEquals(wanted) ? null : Change(standing, wanted);
    }

    public FirewallChange? Take(string name, bool v6)
    {
        ImmutableArray<(string, string)> standing = Standing(TunnelGuard.IptablesRemark(name));
        return standing.IsEmpty ? null : Change(standing, []);
    }

    public FirewallChange? Map(LanMapping wanted)
    {
        ImmutableArray<(string, string)> standing = Standing(LanMapping.IptablesRemark(wanted.Interface));
        ImmutableArray<(string, string)> rules = wanted.IptablesRules();
        return standing.ToHashSet().SetEquals(rules) ? null : Change(standing, rules);
    }

    ImmutableArray<(string Table, string Rule)> Standing(string remark)
    {
        ImmutableArray<(string, string)>.Builder rules = ImmutableArray.CreateBuilder<(string, string)>();
        string table = "";
        foreach (string line in Lines)
        {
            if (line.StartsWith('*'))
                table = line[1..];
            else if (
                line.StartsWith("-A ", StringComparison.Ordinal) && line.Contains(remark, StringComparison.Ordinal)
            )
                rules.Add((table, line[3..]));
        }
        return rules.DrainToImmutable();
    }

    FirewallChange Change(ImmutableArray<(string, string)> old, ImmutableArray<(string, string)> @new) =>
        new(Restore, ["-w", "5", "--noflush"], Text(old, @new), Text(@new, old));

    /// <summary>New ones come first in their chains: a rule of the host that accepts would have its way.</summary>
    static string Text(
        ImmutableArray<(string Table, string Rule)> old,
        ImmutableArray<(string Table, string Rule)> @new
    )
    {
        StringBuilder text = new();
        foreach (string table in s_tables)
        {
            string[] lines =
            [
                .. old.Where(r => r.Table == table).Select(r => $"-D {r.Rule}\n"),
                .. @new.Where(r => r.Table == table).Select(r => $"-I {r.Rule}\n"),
            ];
            if (lines.Length > 0)
                text.Append($"*{table}\n").AppendJoin("", lines).Append("COMMIT\n");
        }
        return text.ToString();
    }
}
