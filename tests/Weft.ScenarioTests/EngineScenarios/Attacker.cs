using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.EngineScenarios;

/// <summary>
/// A host on a wire of its own to the attacked one, which owns some 8,000 IPv4 addresses and 256 IPv6 /64s and sends from
/// all of them what <c>tests/Weft.Attack</c> makes.
/// </summary>
sealed class Attacker
{
    /// <summary>A port of the attacked host that takes datagrams in and reads none: what a flood costs by itself.</summary>
    const int DeafPort = 9;

    const string Target4 = "10.66.255.1";
    const string Target6 = "[fd66::ffff:0:0:1]";

    readonly Host _host;
    readonly string _key;

    Attacker(Host host, string key) => (_host, _key) = (host, key);

    internal static Attacker Add(Lab lab, Host attacked, string key)
    {
        Host host = lab.AddHost("attacker");
        lab.Connect(host, "eth0", attacked, "eth1");
        host.Sh(
            """
            ip address add 10.66.254.1/16 dev eth0; ip address add fd66:0:fffe::1/32 dev eth0 nodad
            ip route add local 10.66.0.0/19 dev lo; ip -6 route add local fd66:0:1::/56 dev lo
            echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind
            """
        );
        attacked.Sh(
            """
            ip address add 10.66.255.1/16 dev eth1; ip address add fd66::ffff:0:0:1/32 dev eth1 nodad
            ip route add 10.66.0.0/19 via 10.66.254.1; ip -6 route add fd66:0:1::/56 via fd66:0:fffe::1
            """
        );
        attacked.Start("socat", "-u", $"UDP6-RECV:{DeafPort},ipv6only=0", "EXEC:sleep 3600");
        Wait.Until(() => attacked.Run("ss", "-Hlun").Contains($":{DeafPort} "));
        return new Attacker(host, key);
    }

    /// <summary>The public keys of the identities that an attacker can speak as.</summary>
    internal static string[] Keys(Host host, string seed, int count) =>
        host.Run(Programs.Attack, "keys", "--seed", seed, "--peers", FormattableString.Invariant($"{count}"))
            .Trim()
            .Split('\n');

    /// <summary>Begins to send, at most for a minute; whoever called ends it. With <paramref name="atDeafPort"/> nobody is attacked.</summary>
    internal Running Begin(string kind, bool ipv6, int rate, bool atDeafPort)
    {
        string port = FormattableString.Invariant($"{(atDeafPort ? DeafPort : TunnelPair.Port)}");
        // What needs answers to go on gets none from a deaf port: as many datagrams of the same length stand for it.
        string sent = atDeafPort && kind is "cookies" or "replays" ? "initiations" : kind;
        if (atDeafPort && kind == "junk")
        {
            sent = "garbage";
        }

        Running attack = Start(
            FormattableString.Invariant(
                $"{sent} --to {(ipv6 ? Target6 : Target4)}:{port} --seed {kind} --rate {rate} --seconds 60"
            ),
            ipv6 ? "fd66:0:1::/56" : "10.66.0.0/19"
        );
        Wait.Until(() => attack.Output.Contains("begins", StringComparison.Ordinal) || attack.HasExited);
        Assert.False(attack.HasExited, attack.Errors);
        return attack;
    }

    /// <summary>
    /// Has peers shake hands three times, two seconds apart, each from an address of its own. They live until they are ended.
    /// </summary>
    internal Running BeginCrowd(string seed, int peers) =>
        Start(
            FormattableString.Invariant($"crowd --to {Target4}:{TunnelPair.Port} --seed {seed} --peers {peers}"),
            "10.66.0.0/19"
        );

    /// <summary>Returns when all peers of a crowd have a session of that round.</summary>
    internal static void WaitForRound(Running crowd, int round)
    {
        string done = FormattableString.Invariant($"round {round} is done");
        Wait.Until(() => crowd.Output.Contains(done, StringComparison.Ordinal) || crowd.HasExited, seconds: 60);
        Assert.False(crowd.HasExited, crowd.Errors);
    }

    Running Start(string options, string sources) =>
        _host.Start([Programs.Attack, .. options.Split(' '), "--key", _key, "--sources", sources]);
}
