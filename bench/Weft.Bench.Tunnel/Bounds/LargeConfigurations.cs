using System.Globalization;
using System.Text;
using Weft.Bench.Tunnel.Contenders;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Bounds;

/// <summary>How long a fresh device takes to learn a large configuration, from the start of <c>wg setconf</c> to its end.</summary>
static class LargeConfigurations
{
    const int Prefixes = 130_560;
    const int Peers = 10_000;

    internal static async Task<Bound[]> Measure(WireGuardDaemon weft, int rounds)
    {
        string prefixes = WithPrefixes();
        string peers = WithPeers();
        List<double> ours = [];
        List<double> debians = [];
        List<double> many = [];
        for (int round = 0; round < rounds; round++)
        {
            ours.Add(await Load(weft, prefixes, Programs.Wg).ConfigureAwait(false));
            debians.Add(await Load(weft, prefixes, Programs.DebianWg).ConfigureAwait(false));
            many.Add(await Load(weft, peers, Programs.Wg).ConfigureAwait(false));
        }
        string how = string.Create(
            CultureInfo.InvariantCulture,
            $"{Median.Of(ours):F2} s by `weft wg setconf`, {Median.Of(debians):F2} s by Debian's `wg`"
        );
        return
        [
            new($"setconf of {Prefixes:N0} allowed IPs", Median.Of(ours), "s", "F2", 1, AtMost: true, how),
            new("the same, times Debian's wg", Median.Of(ours) / Median.Of(debians), "", "F2", 2, AtMost: true, how),
            new(
                $"setconf of {Peers:N0} peers",
                Median.Of(many),
                "s",
                "F2",
                3,
                AtMost: true,
                "one prefix and endpoint each"
            ),
        ];
    }

    /// <summary>Seconds.</summary>
    static async Task<double> Load(WireGuardDaemon weft, string text, string wg)
    {
        TwoHosts hosts = TwoHosts.Start();
        await using (hosts.ConfigureAwait(false))
        {
            weft.StartDaemon(hosts.A);
            TwoHosts.SetUpDevice(hosts.A);
            string file = hosts.Write("large.conf", text);
            return Timed.Run(hosts.A, wg, "setconf", TwoHosts.Device, file).Elapsed / 1000;
        }
    }

    static string WithPrefixes()
    {
        StringBuilder text = Begin();
        text.Append(CultureInfo.InvariantCulture, $"[Peer]\nPublicKey = {KeyPair.Generate().Public}\n");
        for (int i = 0; i < Prefixes; i++)
            text.Append(
                CultureInfo.InvariantCulture,
                $"AllowedIPs = {10 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}.0/24\n"
            );
        return text.ToString();
    }

    static string WithPeers()
    {
        StringBuilder text = Begin();
        for (int i = 0; i < Peers; i++)
            text.Append(
                CultureInfo.InvariantCulture,
                $"""
                [Peer]
                PublicKey = {KeyPair.Generate().Public}
                AllowedIPs = 10.{100 + (i >> 8)}.{i & 255}.0/24
                Endpoint = 192.0.2.{1 + i % 250}:51820

                """
            );
        return text.ToString();
    }

    static StringBuilder Begin() => new($"[Interface]\nPrivateKey = {KeyPair.Generate().Private}\n");
}
