using System.Collections.Immutable;
using System.Globalization;

namespace Weft.Control;

/// <summary>What an interface needs of the host's firewall, in both families: in by its port, in and through by itself.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Port">The device's UDP port; null when nobody dials in.</param>
sealed record FirewallWish(string Interface, ushort? Port)
{
    /// <summary>Our chain off the host's input, then our chain off its forwarding.</summary>
    internal ImmutableArray<FirewallChain> Chains()
    {
        ImmutableArray<FirewallRule> input = [new("-i " + Interface, $"iifname \"{Interface}\"")];
        if (Port is { } port)
        {
            string number = port.ToString(CultureInfo.InvariantCulture);
            input = input.Insert(0, new("-p udp -m udp --dport " + number, "udp dport " + number));
        }
        return
        [
            new(Ownership.InputChain(Interface), "INPUT", "input", input),
            new(
                Ownership.ForwardChain(Interface),
                "FORWARD",
                "forward",
                [new("-i " + Interface, $"iifname \"{Interface}\""), new("-o " + Interface, $"oifname \"{Interface}\"")]
            ),
        ];
    }
}

/// <summary>A chain of ours and the place that it is called from.</summary>
/// <param name="Name">Ours, the same in iptables and nft.</param>
/// <param name="IptablesParent">The built-in chain that jumps to it.</param>
/// <param name="NftHook">The hook of the base chains that jump to it.</param>
/// <param name="Rules">In order; each accepts what it matches.</param>
sealed record FirewallChain(string Name, string IptablesParent, string NftHook, ImmutableArray<FirewallRule> Rules);

/// <summary>One match, in both languages and in the form in which each prints it.</summary>
sealed record FirewallRule(string Iptables, string Nft);

/// <summary>A change to the firewall: one command that takes all of it or nothing, and one that takes it back.</summary>
/// <param name="Program">Such as <c>iptables-restore</c> or <c>nft</c>.</param>
/// <param name="Arguments">Of the program.</param>
/// <param name="Input">What it reads.</param>
/// <param name="Undo">What it reads to go back.</param>
sealed record FirewallChange(string Program, ImmutableArray<string> Arguments, string Input, string Undo)
{
    internal FirewallChange Inverse => this with { Input = Undo, Undo = Input };

    public override string ToString() => string.Join(' ', [Program, .. Arguments]);
}
