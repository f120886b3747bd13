using System.Globalization;
using System.Net;
using Weft.Config;

namespace Weft.Fuzz.Targets;

/// <summary>
/// A site's <c>wg0.conf</c>: what is read and written reads the same; and what is left of it when wg-quick has taken its
/// own keys out means the same to <c>wg</c>.
/// </summary>
sealed class WgQuickConfTarget : ITarget
{
    public TargetShape Shape { get; } =
        new("wg-quick-conf")
        {
            IsText = true,
            MaxLength = 32 << 10,
            BriefRuns = 8000,
            Budget = new(64 << 10, 400),
            Words = Words.Of([
                "[Interface]",
                "[Peer]\n",
                "PrivateKey = ",
                "PublicKey=",
                "PresharedKey = ",
                "ListenPort = ",
                "FwMark = ",
                "Address = ",
                "MTU = ",
                "Table = ",
                "auto",
                "off",
                "main",
                "DNS = ",
                "1.1.1.1, corp.example",
                "PreUp = ",
                "PostUp = iptables -A FORWARD -i %i -j ACCEPT",
                "PreDown = ",
                "PostDown = ",
                "SaveConfig = true",
                "AllowedIPs = ",
                "Endpoint = ",
                "PersistentKeepalive = ",
                "# Weft.Site = a.example",
                "# Weft.Lan = 10.0.1.0/24, fd00:1::/64",
                "# Weft.Check = 10",
                "#weft.",
                "-",
                "+",
                .. Secrets.Base64,
                .. Words.Addresses,
                .. Words.Endpoints,
                .. Words.Numbers,
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        if (
            DiagnosticRules.Parse(input, read => SiteConfigText.Parse(read, DiagnosticRules.File), seen, out _)
            is not { } config
        )
            return;
        seen.Saw("peers", config.Peers.Length);
        seen.Saw(
            $"interface {config.Interface.Table.Kind} {config.Interface.SaveConfig} {config.Interface.Site is null}"
        );
        string written;
        using (seen.Measure())
            written = SiteConfigText.Write(config);
        ParseResult<SiteConfig> again = SiteConfigText.Parse(written, DiagnosticRules.File);
        Rule.Holds(again.IsGood, "what is written is read", string.Join('\n', again.Faults));
        Rule.Holds(Same.Are(config, again.Value!), "what is written reads the same");
        Rule.Same(written, SiteConfigText.Write(again.Value!), "what is read again is written the same");
        CheckAgainstWg(config, written);
        DisposeKeys(config);
        DisposeKeys(again.Value!);
    }

    static void CheckAgainstWg(SiteConfig config, string written)
    {
        // Debian's wg does not know these.
        if (config.Peers.Any(p => p.AllowedIps.Any(a => a.Remove)))
            return;
        ParseResult<DeviceConfig> result = WgConfText.Parse(Strip(written), DiagnosticRules.File, new AnyName());
        Rule.Holds(result.IsGood, "wg reads what is left", string.Join('\n', result.Faults));
        DeviceConfig device = result.Value!;
        // Our own file is read with its key clamped, wg's as it was written.
        Rule.Same(config.Interface.ListenPort, device.ListenPort, "wg reads the same port");
        Rule.Same(config.Interface.FirewallMark, device.FirewallMark, "wg reads the same mark");
        Rule.Holds(Equals(config.Interface.PrivateKey, device.PrivateKey), "wg reads the same private key");
        Rule.Same(config.Peers.Length, device.Peers.Length, "wg reads as many peers");
        foreach ((PeerSection ours, PeerConfig theirs) in config.Peers.Zip(device.Peers))
        {
            Rule.Same(ours.PublicKey, theirs.PublicKey, "wg reads the same peer");
            Rule.Holds(Equals(ours.PresharedKey, theirs.PresharedKey), "wg reads the same preshared key");
            Rule.Holds(ours.AllowedIps.SequenceEqual(theirs.AllowedIps), "wg reads the same allowed IPs");
            Rule.Same(ours.PersistentKeepalive, theirs.PersistentKeepalive, "wg reads the same keepalive");
            Rule.Same(ours.Endpoint?.Port, (ushort?)theirs.Endpoint?.Port, "wg reads the same endpoint");
        }
        UapiCommands.DisposeKeys(device);
    }

    /// <summary>As <c>wg-quick strip</c>.</summary>
    static string Strip(string written)
    {
        string[] own = ["Address", "MTU", "DNS", "Table", "PreUp", "PreDown", "PostUp", "PostDown", "SaveConfig"];
        IEnumerable<string> lines = written.Split('\n');
        return string.Join('\n', lines.Where(l => !own.Contains(l.Split(' ')[0])));
    }

    static void DisposeKeys(SiteConfig config)
    {
        config.Interface.PrivateKey?.Dispose();
        foreach (PeerSection peer in config.Peers)
            peer.PresharedKey?.Dispose();
    }

    sealed class AnyName : IEndpointNames
    {
        public ushort? FindPort(string service, out string? why)
        {
            bool good = ushort.TryParse(service, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port);
            why = good ? null : "there is no such service";
            return good ? port : null;
        }

        public IPEndPoint? Find(string host, string service, bool patient, out string? why) =>
            FindPort(service, out why) is { } port ? new IPEndPoint(IPAddress.Loopback, port) : null;
    }
}
