using System.Collections.Immutable;
using System.Globalization;

namespace Weft.Control;

/// <summary>
/// What an interface needs of the host's firewall, in both families: in by its port, in and through by itself, and no TCP
/// connection through it with segments that do not fit, since not every path tells hosts that theirs are too big.
/// </summary>
/// <param name="Interface">Its name.</param>
/// <param name="Port">The device's UDP port; null when nobody dials in.</param>
/// <param name="Mtu">Of the interface.</param>
sealed record FirewallWish(string Interface, ushort? Port, int Mtu)
{
    /// <summary>Our chain off the host's input, then our chain off its forwarding.</summary>
    internal ImmutableArray<FirewallChain> Chains()
    {
        ImmutableArray<FirewallRule> input = [Accept("-i", "iifname")];
        if (Port is { } port)
        {
            string number = port.ToString(CultureInfo.InvariantCulture);
            string iptables = $"-p udp -m udp --dport {number} -j ACCEPT";
            input = input.Insert(0, new FirewallRule(iptables, iptables, $"udp dport {number} accept"));
        }
        return
        [
            new(Ownership.InputChain(Interface), "INPUT", "input", input),
            new(
                Ownership.ForwardChain(Interface),
                "FORWARD",
                "forward",
                [.. Fit("-i", "iifname"), .. Fit("-o", "oifname"), Accept("-i", "iifname"), Accept("-o", "oifname")]
            ),
        ];
    }

    FirewallRule Accept(string iptables, string nft) =>
        new($"{iptables} {Interface} -j ACCEPT", $"{iptables} {Interface} -j ACCEPT", $"{nft} \"{Interface}\" accept");

    /// <summary>An opening packet that asks for larger segments than the interface takes (IP and TCP headers, 40 or 60 bytes) asks for those.</summary>
    ImmutableArray<FirewallRule> Fit(string iptables, string nft)
    {
        (int v4, int v6) = (Mtu - 40, Mtu - 60);
        string Iptables(int size) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{iptables} {Interface} -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss {size}"
            );
        string Nft(string family, int size) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{nft} \"{Interface}\" meta nfproto {family} tcp flags & (syn | rst) == syn "
                    + $"tcp option maxseg size set {size} comment \"{NftRule.CommentWord}{nft} {family} mss {size}\""
            );
        return
        [
            new(Iptables(v4), Iptables(v6), Nft("ipv4", v4)) { IsNicety = true },
            new(null, null, Nft("ipv6", v6)) { IsNicety = true },
        ];
    }
}

/// <summary>A chain of ours and the place that it is called from.</summary>
/// <param name="Name">Ours, the same in iptables and nft.</param>
/// <param name="IptablesParent">The built-in chain that jumps to it.</param>
/// <param name="NftHook">The hook of the base chains that jump to it.</param>
/// <param name="Rules">In order.</param>
sealed record FirewallChain(string Name, string IptablesParent, string NftHook, ImmutableArray<FirewallRule> Rules)
{
    /// <summary>Without what a kernel may lack and a site can do without.</summary>
    internal FirewallChain Plain => this with { Rules = Rules.RemoveAll(r => r.IsNicety) };
}

/// <summary>One rule in three languages, in the form in which each prints it; null where one has none.</summary>
/// <param name="IPv4">Of iptables.</param>
/// <param name="IPv6">Of ip6tables.</param>
/// <param name="Nft">Of nft. One with a comment is known again by that alone.</param>
sealed record FirewallRule(string? IPv4, string? IPv6, string Nft)
{
    /// <summary>Good to have, and not every kernel has it.</summary>
    internal bool IsNicety { get; init; }
}

/// <summary>A change to the firewall: one command that takes all of it or nothing, and one that takes it back.</summary>
/// <param name="Program">Such as <c>iptables-restore</c> or <c>nft</c>.</param>
/// <param name="Arguments">Of the program.</param>
/// <param name="Input">What it reads.</param>
/// <param name="Undo">What it reads to go back.</param>
sealed record FirewallChange(string Program, ImmutableArray<string> Arguments, string Input, string Undo)
{
    /// <summary>The same without the rules that a kernel may lack; null when there are none of those in it.</summary>
    internal FirewallChange? Plain { get; init; }

    internal FirewallChange Inverse => this with { Input = Undo, Undo = Input, Plain = null };

    public override string ToString() => string.Join(' ', [Program, .. Arguments]);
}
