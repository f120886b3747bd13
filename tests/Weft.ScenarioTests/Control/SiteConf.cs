using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Control;

/// <summary>The file of one site with one or more peers that need not exist, written anew whenever a test changes it.</summary>
sealed class SiteConf(Lab lab, string name = "wg0")
{
    readonly KeyPair _key = KeyPair.Generate();

    internal string Path => System.IO.Path.Combine(lab.Folder, name + ".conf");

    internal int Port { get; set; } = 51820;

    /// <summary>Further lines of [Interface].</summary>
    internal string Lines { get; set; } = "";

    /// <summary>The lines of each peer, its key among them.</summary>
    internal List<string> Peers { get; } = [Peer("b.example.org", "192.168.192.2/32, 10.0.2.0/24, fd77:0:0:2::/64")];

    internal string Address { get; set; } = "192.168.192.1/24, fd77:0:0:192::1/64";

    internal static string Peer(string site, string allowed, string more = "") =>
        $"# Weft.Site = {site}\nPublicKey = {KeyPair.Generate().Public}\nAllowedIPs = {allowed}\n{more}";

    /// <summary>Writes the file and gives back its path.</summary>
    internal string Write()
    {
        string peers = string.Concat(Peers.Select(peer => $"\n[Peer]\n{peer}\n"));
        File.WriteAllText(
            Path,
            $"""
            [Interface]
            # Weft.Site = a.example.org
            # Weft.Lan = 10.0.1.0/24
            PrivateKey = {_key.Private}
            Address = {Address}
            ListenPort = {Port}
            {Lines}
            {peers}
            """
        );
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return Path;
    }
}
