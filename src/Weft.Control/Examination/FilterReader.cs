using System.Text.Json;

namespace Weft.Control;

/// <summary>Has the host's own tools list the firewall, to be asked. A tool that is missing or does not answer filters nothing.</summary>
sealed class FilterReader(Tools tools)
{
    internal PacketFilter Read()
    {
        string? v4 = List("iptables-save");
        string? v6 = File.Exists("/proc/net/if_inet6") ? List("ip6tables-save") : null;
        return new PacketFilter([
            .. v4 is null ? [] : IptablesFilter.Read(v4, v6: false),
            .. v6 is null ? [] : IptablesFilter.Read(v6, v6: true),
            .. ReadNft(v4 is not null || v6 is not null),
        ]);
    }

    IEnumerable<FilterChain> ReadNft(bool iptables)
    {
        if (List("nft", "-j", "-t", "list", "ruleset") is not { } json)
            return [];
        try
        {
            return NftFilter.Read(json, iptables);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    string? List(string tool, params string[] arguments)
    {
        if (Tools.Find(tool) is not { } program)
            return null;
        ToolResult result = tools.Run(program, [.. arguments]);
        return result.Succeeded ? result.Output : null;
    }
}
