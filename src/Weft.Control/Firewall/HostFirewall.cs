using System.Text.Json;

namespace Weft.Control;

/// <summary>Reads and changes the host's firewall with the host's own tools.</summary>
sealed class HostFirewall(Tools tools)
{
    /// <summary>A tool that is missing, or that the kernel has no part for, counts as not there.</summary>
    internal FirewallState Read()
    {
        // With IPv6 off there is nothing that ip6tables could let through.
        bool v6 = File.Exists("/proc/net/if_inet6");
        Nftables? nft = ReadNft();
        IGuards? inNft = nft is null ? null : new NftGuards(nft.Program, nft);
        return new FirewallState
        {
            IPv4 = ReadIptables("iptables"),
            IPv6 = v6 ? ReadIptables("ip6tables") : null,
            Nft = nft,
            GuardsV4 = inNft ?? ReadGuards("iptables"),
            GuardsV6 = inNft ?? (v6 ? ReadGuards("ip6tables") : null),
        };
    }

    /// <exception cref="OperationFailedException">The tool refused; nothing was changed.</exception>
    internal void Apply(FirewallChange change)
    {
        ToolResult result = tools.Run(change.Program, change.Arguments, change.Input);
        if (!result.Succeeded && change.Plain is { } plain)
            result = tools.Run(plain.Program, plain.Arguments, plain.Input);
        if (!result.Succeeded)
        {
            throw new OperationFailedException(
                $"The firewall is not changed: {change.Program}: {result.Complaint}",
                "Run again with --trace to see the rules that were refused."
            );
        }
    }

    Iptables? ReadIptables(string name)
    {
        if (Tools.Find(name) is not { } program || Tools.Find(name + "-restore") is not { } restore)
            return null;
        ToolResult result = tools.Run(program, ["-w", "5", "-S"]);
        return result.Succeeded
            ? new Iptables(restore, [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)])
            : null;
    }

    IptablesGuards? ReadGuards(string name)
    {
        if (Tools.Find(name + "-save") is not { } save || Tools.Find(name + "-restore") is not { } restore)
            return null;
        // The tool that lists what is there, where -S would make a table to list it.
        ToolResult result = tools.Run(save, []);
        return result.Succeeded ? new IptablesGuards(restore, [.. result.Output.Split('\n')]) : null;
    }

    Nftables? ReadNft()
    {
        if (Tools.Find("nft") is not { } program)
            return null;
        // Terse: the elements of sets, of which there can be many, are of no interest here.
        ToolResult result = tools.Run(program, ["-j", "-t", "list", "ruleset"]);
        if (!result.Succeeded)
            return null;
        try
        {
            return Nftables.Read(program, result.Output);
        }
        catch (JsonException e)
        {
            throw new OperationFailedException(
                $"{program} -j list ruleset answers what is no JSON: {e.Message}",
                null,
                e
            );
        }
    }
}
