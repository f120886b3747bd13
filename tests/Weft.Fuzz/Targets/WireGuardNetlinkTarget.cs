using System.Collections.Immutable;
using Weft.Config;
using Weft.Control;
using Weft.Linux.Netlink;

namespace Weft.Fuzz.Targets;

/// <summary>
/// What the kernel's WireGuard says of a device, in one message or several: what is read, written as a change and read again,
/// is the same.
/// </summary>
/// <remarks>Input: parts, each a length of 16 bits and that many bytes of attributes.</remarks>
sealed class WireGuardNetlinkTarget : ITarget
{
    const int MostParts = 8;
    const int HeaderLength = 20;

    public TargetShape Shape { get; } =
        new("wireguard-netlink")
        {
            MaxLength = 8 << 10,
            BriefRuns = 50_000,
            Budget = new(16 << 10, 400),
            Words =
            [
                [0, 1],
                [36, 0, 3, 0, .. new byte[32]],
                [36, 0, 1, 0, .. Enumerable.Repeat((byte)7, 32)],
                [36, 0, 2, 0, .. Enumerable.Repeat((byte)9, 32)],
                [6, 0, 6, 0, 0x6C, 0xCA, 0, 0],
                [8, 0, 7, 0, 1, 0, 0, 0],
                [48, 0, 8, 0x80, 44, 0, 0, 0x80],
                [20, 0, 4, 0, 2, 0, 0xCA, 0x6C, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0],
                [32, 0, 4, 0, 10, 0, 0xCA, 0x6C, 0, 0, 0, 0, 0xFD],
                [20, 0, 6, 0, .. new byte[16]],
                [12, 0, 7, 0, 1, 0, 0, 0, 0, 0, 0, 0],
                [
                    28,
                    0,
                    9,
                    0x80,
                    24,
                    0,
                    0,
                    0x80,
                    6,
                    0,
                    1,
                    0,
                    2,
                    0,
                    0,
                    0,
                    8,
                    0,
                    2,
                    0,
                    10,
                    0,
                    0,
                    0,
                    5,
                    0,
                    3,
                    0,
                    8,
                    0,
                    0,
                    0,
                ],
                [5, 0, 3, 0, 129, 0, 0, 0],
                [6, 0, 5, 0, 25, 0, 0, 0],
            ],
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        InputReader script = new(input);
        ImmutableArray<DeviceStatus>.Builder parts = ImmutableArray.CreateBuilder<DeviceStatus>();
        for (int i = 0; i < MostParts && !script.IsAtEnd; i++)
        {
            ReadOnlySpan<byte> attributes = script.Take(script.UInt16());
            using (seen.Measure())
                parts.Add(WireGuardReply.ReadPart("wg0", new NetlinkAttributes(attributes)));
        }
        DeviceStatus status;
        using (seen.Measure())
            status = WireGuardReply.Join("wg0", parts.ToImmutable());
        seen.Saw($"{status.PrivateKey is null} {status.PublicKey is null}", parts.Count);
        seen.Saw("peers", status.Peers.Length);
        foreach (PeerStatus peer in status.Peers)
            seen.Saw($"peer {peer.Endpoint?.AddressFamily} {peer.PresharedKey is null}", peer.AllowedIps.Length);
        Rule.Holds(status.Peers.All(p => p.PresharedKey is not { IsZero: true }), "a zero preshared key is none");
        CheckAgain(status);
        foreach (DeviceStatus part in parts)
            UapiCommands.DisposeKeys(part);
    }

    /// <summary>Writes the device as a change of another one, in messages as short as can be, and reads these.</summary>
    static void CheckAgain(DeviceStatus status)
    {
        DeviceConfig change = new()
        {
            PrivateKey = status.PrivateKey,
            ListenPort = status.ListenPort,
            FirewallMark = status.FirewallMark,
            Peers = [.. status.Peers.Select(Change)],
        };
        ImmutableArray<DeviceStatus>.Builder parts = ImmutableArray.CreateBuilder<DeviceStatus>();
        IEnumerable<NetlinkRequest> requests = WireGuardMessages.WriteSet(
            () => GenericNetlink.Write(30, WireGuardMessages.SetDevice, WireGuardMessages.Version, NetlinkOptions.Ack),
            "wg0",
            change,
            limit: 512
        );
        foreach (NetlinkRequest request in requests)
        {
            ReadOnlySpan<byte> message = request.Finish(1);
            Rule.Holds(message.Length <= 512, "a message is of bounded length", $"{message.Length}");
            parts.Add(WireGuardReply.ReadPart("wg0", new NetlinkAttributes(message[HeaderLength..])));
        }
        DeviceStatus again = WireGuardReply.Join("wg0", parts.ToImmutable());
        DeviceStatus wanted = status with { PublicKey = null, Peers = [.. status.Peers.Select(WithoutCounters)] };
        Rule.Holds(Same.Are(wanted, again), "what is written reads the same");
        UapiCommands.DisposeKeys(again);
    }

    static PeerConfig Change(PeerStatus peer) =>
        new()
        {
            PublicKey = peer.PublicKey,
            PresharedKey = peer.PresharedKey,
            Endpoint = peer.Endpoint,
            PersistentKeepalive = peer.PersistentKeepalive,
            AllowedIps = [.. peer.AllowedIps.Select(prefix => new AllowedIpChange(prefix))],
        };

    static PeerStatus WithoutCounters(PeerStatus peer) =>
        peer with
        {
            LastHandshake = default,
            ReceivedBytes = 0,
            SentBytes = 0,
        };
}
