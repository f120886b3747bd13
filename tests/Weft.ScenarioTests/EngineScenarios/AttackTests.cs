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
    [InlineData("initiations", false, 0)]
    [InlineData("cookies", false, 0)]
    [InlineData("cookies", true, 0)]
    [InlineData("replays", false, 0)]
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
        Newcomer newcomer = Newcomer.Add(lab, pair);
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
                shaken.Add(newcomer.Shake());
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
        Assert.InRange(shaken.Max(), 0, 3);
        // What is logged does not grow with what comes in.
        Assert.InRange(pair.Responder.Daemon.Errors.Split('\n').Length - lines, 0, 5 + 2 * attacked.Count);
        // Only who speaks as a peer becomes a peer's endpoint.
        Assert.StartsWith("10.0.0.1:", TunnelPair.Peers(pair.Responder)[0][2]);
    }

    static TimeSpan WantedTime { get; } =
        Environment.GetEnvironmentVariable("WEFT_ATTACK_SECONDS") is { } seconds
            ? TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture))
            : TimeSpan.Zero;

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    static string Listed(List<double> values) =>
        string.Join(", ", values.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)));
}
