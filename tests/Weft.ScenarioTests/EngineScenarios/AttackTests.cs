using System.Diagnostics;
using System.Globalization;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>
/// A device that is attacked (docs/testing.md says how it is measured). Each attack comes and goes; in between, the same
/// flood goes to a port beside the device's that nobody reads. So both transfers share the machine with the same
/// attacker, and what differs is what the attack costs the device. Alone, because it compares how long things take.
/// </summary>
[CollectionDefinition(nameof(AttackTests), DisableParallelization = true)]
[Collection(nameof(AttackTests))]
public sealed class AttackTests
{
    /// <summary>What the device may grow by, as docs/protocol.md promises.</summary>
    const long MostKilobytes = 64 * 1024;

    const int TransferBytes = 60_000_000;

    /// <summary>Rounds of the short version; with WEFT_ATTACK_SECONDS, each attack is repeated for so long.</summary>
    const int Rounds = 5;

    [Theory]
    [InlineData("garbage", false, 0)]
    [InlineData("initiations", false, 30_000)]
    [InlineData("cookies", false, 10_000)]
    [InlineData("cookies", true, 10_000)]
    [InlineData("replays", false, 30_000)]
    [InlineData("oversized", false, 5_000)]
    [InlineData("junk", false, 10_000)]
    public async Task Sessions_keep_half_their_speed_a_newcomer_gets_in_and_nothing_grows(
        string attack,
        bool ipv6,
        int rate
    )
    {
        await using Lab lab = new();
        TunnelPair pair = TunnelPair.Lay(lab).Start(Engine.Weft, Engine.Weft);
        (Host left, Host right) = (pair.InitiatorHost, pair.ResponderHost);
        Attacker attacker = Attacker.Add(lab, right, pair.ResponderKeys.Public);
        // For those attacks that only a peer can make.
        pair.Responder.Wg("set", "wg0", "peer", Attacker.Keys(left, attack, 1)[0], "allowed-ips", "10.10.0.66/32");
        Device newcomer = AddNewcomer(pair);
        TunnelPair.Ping(left, TunnelPair.ResponderInner4);
        await Transfer.OverTcp(left, right, TunnelPair.ResponderInner4, TransferBytes);
        long memory = Usage.Of(pair.Responder).ResidentKilobytes;
        int lines = pair.Responder.Daemon.Errors.Split('\n').Length;

        List<double> calm = [];
        List<double> attacked = [];
        List<double> shaken = [];
        Stopwatch watch = Stopwatch.StartNew();
        while (attacked.Count < Rounds || watch.Elapsed < WantedTime)
        {
            using (attacker.Begin(attack, ipv6, rate, atDeafPort: true))
            {
                calm.Add((await Transfer.OverTcp(left, right, TunnelPair.ResponderInner4, TransferBytes)).TotalSeconds);
            }

            using (attacker.Begin(attack, ipv6, rate, atDeafPort: false))
            {
                shaken.Add(Shake(pair, newcomer));
                attacked.Add(
                    (await Transfer.OverTcp(left, right, TunnelPair.ResponderInner4, TransferBytes)).TotalSeconds
                );
            }

            Assert.False(pair.Responder.Daemon.HasExited, pair.Responder.Daemon.Errors);
            Assert.InRange(Usage.Of(pair.Responder).ResidentKilobytes - memory, long.MinValue, MostKilobytes);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{attack}: {Listed(calm)} s in calm, {Listed(attacked)} s attacked; newcomers in after {Listed(shaken)} s; "
                + $"{Usage.Of(pair.Responder).ResidentKilobytes - memory} KiB more"
        );
        Assert.InRange(Median(attacked), 0, 2 * Median(calm));
        // A flood at full speed overflows the socket itself now and then: an initiation lost there comes again after five
        // seconds, so a single newcomer may be later than that. None waits for longer than Shake does.
        Assert.InRange(Median(shaken), 0, 3);
        // What is logged does not grow with what comes in.
        Assert.InRange(pair.Responder.Daemon.Errors.Split('\n').Length - lines, 0, 5 + 2 * attacked.Count);
        // Only who speaks as a peer becomes a peer's endpoint.
        Assert.StartsWith("10.0.0.1:", TunnelPair.Peers(pair.Responder)[0][2]);
    }

    static TimeSpan WantedTime { get; } =
        Environment.GetEnvironmentVariable("WEFT_ATTACK_SECONDS") is { } seconds
            ? TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture))
            : TimeSpan.Zero;

    /// <summary>A device beside the initiator's, known to the responder, which has never shaken hands.</summary>
    static Device AddNewcomer(TunnelPair pair)
    {
        KeyPair keys = KeyPair.Generate();
        pair.Responder.Wg("set", "wg0", "peer", keys.Public, "allowed-ips", "10.10.0.3/32");
        Device newcomer = Device.Start(pair.InitiatorHost, Engine.Weft, "wg1");
        newcomer.SetConf($"[Interface]\nPrivateKey = {keys.Private}\n");
        pair.InitiatorHost.Run("ip", "link", "set", "wg1", "up");
        return newcomer;
    }

    /// <summary>Has the newcomer begin anew, without cookie or session, and says after how many seconds it was in.</summary>
    static double Shake(TunnelPair pair, Device newcomer)
    {
        string peer = pair.ResponderKeys.Public;
        newcomer.Wg("set", "wg1", "peer", peer, "remove");
        string endpoint = $"{pair.ResponderOuter}:{TunnelPair.Port}";
        newcomer.Wg("set", "wg1", "peer", peer, "endpoint", endpoint, "persistent-keepalive", "25");
        return Wait.Until(() => TunnelPair.LatestHandshake(newcomer) != 0, seconds: 20).TotalSeconds;
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    static string Listed(List<double> values) =>
        string.Join(", ", values.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)));
}
