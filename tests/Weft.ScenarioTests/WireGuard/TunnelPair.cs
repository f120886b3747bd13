using System.Globalization;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.WireGuard;

/// <summary>How the outer network of a <see cref="TunnelPair"/> is laid.</summary>
public enum Underlay
{
    /// <summary>Both hosts on one wire.</summary>
    Wire,

    /// <summary>The initiator sits behind a NAT router that lets nobody in.</summary>
    Nat,
}

/// <summary>
/// Two hosts with a WireGuard device each, and a tunnel between them: inside, 10.10.0.1 and .2, fd10::1 and ::2.
/// Only the initiator knows the other's endpoint.
/// </summary>
sealed class TunnelPair
{
    internal const string InitiatorInner4 = "10.10.0.1";
    internal const string InitiatorInner6 = "fd10::1";
    internal const string ResponderInner4 = "10.10.0.2";
    internal const string ResponderInner6 = "fd10::2";
    internal const ushort Port = 51820;

    readonly string? _presharedKey;
    readonly bool _outerIpv6;

    TunnelPair(Host initiator, Host responder, bool presharedKey, bool outerIpv6)
    {
        (InitiatorHost, ResponderHost) = (initiator, responder);
        _presharedKey = presharedKey ? KeyPair.RandomSecret() : null;
        _outerIpv6 = outerIpv6;
    }

    internal Host InitiatorHost { get; }

    internal Host ResponderHost { get; }

    internal KeyPair InitiatorKeys { get; } = KeyPair.Generate();

    internal KeyPair ResponderKeys { get; } = KeyPair.Generate();

    internal Device Initiator { get; private set; } = null!;

    internal Device Responder { get; private set; } = null!;

    /// <summary>The responder's outer address.</summary>
    internal string ResponderOuter => _outerIpv6 ? "fd00::2" : "10.0.0.2";

    /// <summary>The wg configuration of each end.</summary>
    internal string InitiatorConf =>
        $"""
            [Interface]
            PrivateKey = {InitiatorKeys.Private}
            ListenPort = {Port}
            [Peer]
            PublicKey = {ResponderKeys.Public}
            {PresharedKeyLine}
            AllowedIPs = {ResponderInner4}/32, {ResponderInner6}/128
            Endpoint = {(_outerIpv6 ? $"[{ResponderOuter}]" : ResponderOuter)}:{Port}

            """;

    internal string ResponderConf =>
        $"""
            [Interface]
            PrivateKey = {ResponderKeys.Private}
            ListenPort = {Port}
            [Peer]
            PublicKey = {InitiatorKeys.Public}
            {PresharedKeyLine}
            AllowedIPs = {InitiatorInner4}/32, {InitiatorInner6}/128

            """;

    string PresharedKeyLine => _presharedKey is null ? "" : $"PresharedKey = {_presharedKey}";

    /// <summary>Lays the outer network in <paramref name="lab"/>; no device runs yet.</summary>
    internal static TunnelPair Lay(
        Lab lab,
        Underlay underlay = Underlay.Wire,
        bool presharedKey = false,
        bool outerIpv6 = false
    )
    {
        (Host initiator, Host responder) = (lab.AddHost("initiator"), lab.AddHost("responder"));
        if (underlay == Underlay.Wire)
        {
            lab.Connect(initiator, "eth0", responder, "eth0");
            initiator.AddAddress("eth0", "10.0.0.1/24");
            initiator.AddAddress("eth0", "fd00::1/64");
        }
        else
        {
            Host router = lab.AddHost("router");
            lab.Connect(initiator, "eth0", router, "lan");
            lab.Connect(router, "wan", responder, "eth0");
            initiator.AddAddress("eth0", "192.168.1.2/24");
            initiator.AddAddress("eth0", "fd01::2/64");
            router.AddAddress("lan", "192.168.1.1/24");
            router.AddAddress("lan", "fd01::1/64");
            router.AddAddress("wan", "10.0.0.1/24");
            router.AddAddress("wan", "fd00::1/64");
            router.Forward();
            router.Masquerade("wan");
            initiator.AddRoute("default", "192.168.1.1");
            initiator.AddRoute("default", "fd01::1");
        }

        responder.AddAddress("eth0", "10.0.0.2/24");
        responder.AddAddress("eth0", "fd00::2/64");
        return new TunnelPair(initiator, responder, presharedKey, outerIpv6);
    }

    /// <summary>Starts both devices and configures them. Nothing is sent yet.</summary>
    internal TunnelPair Start(Engine initiator, Engine responder)
    {
        StartInitiator(initiator);
        StartResponder(responder);
        return this;
    }

    internal void StartInitiator(Engine engine)
    {
        Initiator = Device.Start(InitiatorHost, engine);
        Initiator.SetConf(InitiatorConf);
        SetUp(InitiatorHost, InitiatorInner4, InitiatorInner6);
    }

    internal void StartResponder(Engine engine)
    {
        Responder = Device.Start(ResponderHost, engine);
        Responder.SetConf(ResponderConf);
        SetUp(ResponderHost, ResponderInner4, ResponderInner6);
    }

    /// <summary>Gives a device's interface its inner addresses and brings it up.</summary>
    internal static void SetUp(Host host, string inner4, string inner6, string name = "wg0")
    {
        host.AddAddress(name, inner4 + "/24");
        host.AddAddress(name, inner6 + "/64");
        host.Run("ip", "link", "set", name, "mtu", "1420", "up");
    }

    /// <summary>Pings through the tunnel; the first one makes the handshake.</summary>
    internal static void Ping(Host from, string to) => from.Run("ping", "-n", "-c", "3", "-i", "0.2", "-W", "5", to);

    /// <summary>Whether one ping is answered within a second.</summary>
    internal static bool Reaches(Host from, string to) => from.Try("ping", "-n", "-c", "1", "-W", "1", to).Succeeded;

    /// <summary>The peers of a device in <c>wg show … dump</c>, one line of columns each.</summary>
    internal static string[][] Peers(Device device) =>
        [.. device.Wg("show", device.Name, "dump").TrimEnd().Split('\n').Skip(1).Select(line => line.Split('\t'))];

    /// <summary>Seconds since 1970 of the only peer's latest handshake; 0 when there was none.</summary>
    internal static long LatestHandshake(Device device) =>
        long.Parse(Peers(device)[0][4], CultureInfo.InvariantCulture);
}
