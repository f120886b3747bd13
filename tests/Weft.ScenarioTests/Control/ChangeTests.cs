using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Control;

/// <summary>
/// Every kind of change to a site's file, one after the other, while two sites that it does not concern ping each other ten
/// times a second in both directions.
/// </summary>
public sealed class ChangeTests
{
    [Fact]
    public async Task No_change_ends_the_session_of_another_peer_or_costs_it_a_packet()
    {
        await using Lab lab = new();
        TwoSites two = TwoSites.Lay(lab);
        two.Start();
        string conf = two.ConfOf(two.A);
        string other = KeyPair.Generate().Public;
        (string What, Func<string, string> Edit)[] changes =
        [
            (
                "a peer is added",
                file =>
                    $"{file}\n[Peer]\nPublicKey = {other}\nAllowedIPs = 192.168.192.3/32, 10.0.3.0/24\n"
                    + "Endpoint = 203.0.113.3:51820\n"
            ),
            ("its endpoint is changed", file => file.Replace("203.0.113.3:51820", "203.0.113.4:51821")),
            ("it gets a LAN", file => file.Replace("10.0.3.0/24", "10.0.3.0/24, 10.0.33.0/24")),
            (
                "the site gets a LAN",
                file => file.Replace("Weft.Lan = 10.0.1.0/24", "Weft.Lan = 10.0.1.0/24, fd77::/64")
            ),
            ("its key is changed", file => file.Replace(other, KeyPair.Generate().Public)),
            ("the MTU is changed", file => file.Replace("[Interface]\n", "[Interface]\nMTU = 1400\n")),
            ("it is removed", file => file[..file.LastIndexOf("[Peer]", StringComparison.Ordinal)]),
            ("the port is changed", file => file.Replace("ListenPort = 51820", "ListenPort = 51999")),
        ];
        PingCount there = PingCount.Start(two.A, "10.0.2.1", "10.0.1.1");
        PingCount back = PingCount.Start(two.B, "10.0.1.1", "10.0.2.1");
        string session = SessionOf(two.A, two.B);

        foreach ((string what, Func<string, string> edit) in changes)
        {
            (int thereBefore, int backBefore) = (there.Settle(), back.Settle());
            File.WriteAllText(conf, edit(File.ReadAllText(conf)));
            Assert.Matches("changes? made", two.A.Run(Programs.Weft, "start", conf));
            int lost = there.LostBetween(thereBefore, there.Settle());
            int lostBack = back.LostBetween(backBefore, back.Settle());

            Assert.Equal((what, session), (what, SessionOf(two.A, two.B)));
            // Until b has heard from the new port, it sends to the old one.
            int most = what.StartsWith("the port") ? 2 : 0;
            Assert.True(lost == 0 && lostBack <= most, $"{what}: {lost} and {lostBack} lost");
        }
    }

    /// <summary>When the two shook hands, as the first has it.</summary>
    static string SessionOf(Host site, Host peer)
    {
        string key = peer.Run(Programs.DebianWg, "show", "wg0", "public-key").Trim();
        string[] all = site.Run(Programs.DebianWg, "show", "wg0", "latest-handshakes").Split('\n');
        return all.Single(line => line.StartsWith(key, StringComparison.Ordinal));
    }
}
