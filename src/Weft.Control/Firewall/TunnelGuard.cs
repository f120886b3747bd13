using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;

namespace Weft.Control;

/// <summary>
/// What a tunnel that takes all traffic of one family asks of the firewall, as wg-quick has it. Nobody may reach the
/// tunnel's own addresses past the tunnel. And what answers the device's own packets bears their mark, so that a strict
/// reverse-path filter looks it up where those went. In nft it is a table, in iptables rules with a remark, both named as
/// wg-quick names them: either tool's down takes away what the other's up has made. Pure.
/// </summary>
/// <param name="Interface">Its name.</param>
/// <param name="IsIPv6">The family.</param>
/// <param name="Mark">What the device's own packets bear.</param>
/// <param name="Addresses">Of the interface, of this family.</param>
sealed record TunnelGuard(string Interface, bool IsIPv6, uint Mark, ImmutableArray<IPAddress> Addresses)
{
    internal static string NftTable(string name) => "wg-quick-" + name;

    internal static string IptablesRemark(string name) => $"-m comment --comment \"wg-quick(8) rule for {name}\"";

    internal static string NftFamily(bool v6) => v6 ? "ip6" : "ip";

    /// <summary>The table whole, for <c>nft -f</c>. Hooks have numbers, whose names old nfts do not know.</summary>
    internal string NftText()
    {
        string family = NftFamily(IsIPv6);
        StringBuilder text = new($"table {family} {NftTable(Interface)} {{\n");
        text.Append("  chain preraw { type filter hook prerouting priority -300; policy accept;\n");
        foreach (IPAddress address in Addresses)
            text.Append($"    iifname != \"{Interface}\" {family} daddr {address} fib saddr type != local drop\n");
        text.Append("  }\n  chain premangle { type filter hook prerouting priority -150; policy accept;\n");
        text.Append("    meta l4proto udp meta mark set ct mark\n");
        text.Append("  }\n  chain postmangle { type filter hook postrouting priority -150; policy accept;\n");
        text.Append(CultureInfo.InvariantCulture, $"    meta l4proto udp meta mark 0x{Mark:x} ct mark set meta mark\n");
        return text.Append("  }\n}\n").ToString();
    }

    /// <summary>The rules in the form in which <c>iptables-save</c> prints them, without their <c>-A</c>.</summary>
    internal ImmutableArray<(string Table, string Rule)> IptablesRules()
    {
        string remark = IptablesRemark(Interface);
        const string all = "0xffffffff";
        string mark = string.Create(CultureInfo.InvariantCulture, $"0x{Mark:x}");
        return
        [
            .. Addresses.Select(a =>
                (
                    "raw",
                    $"PREROUTING -d {a}/{(IsIPv6 ? 128 : 32)} ! -i {Interface} -m addrtype ! --src-type LOCAL {remark} -j DROP"
                )
            ),
            ("mangle", $"PREROUTING -p udp {remark} -j CONNMARK --restore-mark --nfmask {all} --ctmask {all}"),
            (
                "mangle",
                $"POSTROUTING -p udp -m mark --mark {mark} {remark} -j CONNMARK --save-mark --nfmask {all} --ctmask {all}"
            ),
        ];
    }
}
