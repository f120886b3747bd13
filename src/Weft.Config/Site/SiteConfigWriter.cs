using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>Writes one wg-quick file with Weft's comments.</summary>
static class SiteConfigWriter
{
    internal static string Write(SiteConfig config)
    {
        StringBuilder text = new();
        WriteInterface(config.Interface, text);
        foreach (PeerSection peer in config.Peers)
            WritePeer(peer, text);
        return text.ToString();
    }

    internal static string Write(InterfaceSection section)
    {
        StringBuilder text = new();
        WriteInterface(section, text);
        return text.ToString();
    }

    internal static string Write(PeerSection section)
    {
        StringBuilder text = new();
        WritePeer(section, text);
        return text.ToString();
    }

    static void WriteInterface(InterfaceSection section, StringBuilder text)
    {
        text.Append("[Interface]\n");
        Line(text, "# Weft.Site", section.Site);
        Line(text, "# Weft.Domain", section.Domain);
        if (section.Lans.Length > 0)
            Line(text, "# Weft.Lan", string.Join(", ", section.Lans.Select(lan => LanText(lan, section.Maps))));
        if (section.Check is { } check)
            Line(text, "# Weft.Check", Text((long)check.TotalSeconds));
        if (section.Links.Failures != LinkRules.Default.Failures)
            Line(text, "# Weft.Failures", Text(section.Links.Failures));
        if (section.Links.Successes != LinkRules.Default.Successes)
            Line(text, "# Weft.Successes", Text(section.Links.Successes));
        if (section.Links.HoldDown != LinkRules.Default.HoldDown)
            Line(text, "# Weft.HoldDown", Text((long)section.Links.HoldDown.TotalSeconds));
        if (section.Links.HoldDownMax != LinkRules.Default.HoldDownMax)
            Line(text, "# Weft.HoldDownMax", Text((long)section.Links.HoldDownMax.TotalSeconds));
        foreach (string hook in section.Hooks)
            Line(text, "# Weft.Hook", hook);
        if (section.PrivateKey is { } key)
            WriteKey(text, "PrivateKey", key.WriteBase64);
        if (section.Addresses.Length > 0)
            Line(
                text,
                "Address",
                string.Join(
                    ", ",
                    section.Addresses.Select(a => $"{AddressText.Format(a.Address)}/{Text(a.PrefixLength)}")
                )
            );
        if (section.ListenPort is { } port)
            Line(text, "ListenPort", Text(port));
        if (section.FirewallMark is { } mark)
            Line(text, "FwMark", mark == 0 ? "off" : string.Create(CultureInfo.InvariantCulture, $"0x{mark:x}"));
        if (section.Mtu is { } mtu)
            Line(text, "MTU", Text(mtu));
        if (section.Dns.Length > 0)
            Line(text, "DNS", string.Join(", ", section.Dns));
        if (section.Table.Kind != RouteTableKind.Auto)
            Line(text, "Table", section.Table.Kind == RouteTableKind.Off ? "off" : Text(section.Table.Number));
        foreach ((string name, var commands) in Commands(section))
        foreach (string command in commands)
            Line(text, name, command);
        if (section.SaveConfig)
            Line(text, "SaveConfig", "true");
    }

    static IEnumerable<(string, IReadOnlyList<string>)> Commands(InterfaceSection section) =>
        [
            ("PreUp", section.PreUp),
            ("PostUp", section.PostUp),
            ("PreDown", section.PreDown),
            ("PostDown", section.PostDown),
        ];

    static void WritePeer(PeerSection peer, StringBuilder text)
    {
        text.Append("\n[Peer]\n");
        Line(text, "# Weft.Site", peer.Site);
        Line(text, "# Weft.Domain", peer.Domain);
        if (peer.Maps.Length > 0)
            Line(text, "# Weft.Lan", string.Join(", ", peer.Maps));
        foreach (CarriedSite far in peer.Carries)
        {
            string prefixes = string.Join(", ", far.Prefixes.Select(AddressText.Format));
            Line(text, "# Weft.Relay", $"{far.Site} {far.PublicKey} {prefixes}");
            if (far.Domain is not null)
                Line(text, "# Weft.Domain", $"{far.Domain} of {far.Site}");
            if (far.Maps.Length > 0)
                Line(text, "# Weft.Lan", $"{string.Join(", ", far.Maps)} of {far.Site}");
        }
        Line(text, "# Weft.Replaces", peer.Replaces?.ToString());
        Line(text, "PublicKey", peer.PublicKey.ToString());
        if (peer.PresharedKey is { } key)
            WriteKey(text, "PresharedKey", key.WriteBase64);
        if (peer.AllowedIps.Length > 0)
            Line(text, "AllowedIPs", string.Join(", ", peer.AllowedIps));
        Line(text, "Endpoint", peer.Endpoint?.ToString());
        if (peer.PersistentKeepalive is { } seconds)
            Line(text, "PersistentKeepalive", seconds == 0 ? "off" : Text(seconds));
    }

    /// <summary>A network, with what it is mapped to.</summary>
    internal static string LanText(IPNetwork lan, ImmutableArray<LanMap> maps) =>
        (maps.Any(m => m.Real == lan) ? maps.First(m => m.Real == lan) : new LanMap(lan, lan)).ToString();

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    delegate void Base64Writer(Span<char> text);

    static void WriteKey(StringBuilder text, string name, Base64Writer key)
    {
        Span<char> base64 = stackalloc char[KeyText.Base64Length];
        key(base64);
        text.Append(name).Append(" = ").Append(base64).Append('\n');
        base64.Clear();
    }

    static void Line(StringBuilder text, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            text.Append(name).Append(" = ").Append(value).Append('\n');
    }
}
