using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Linux.Netlink;
using Xunit;

namespace Weft.Tests.Control;

public sealed class WireGuardMessagesTests
{
    const ushort Family = 30;

    // netlink's header and generic netlink's.
    const int Headers = 16 + 4;

    [Fact]
    public void What_gotset_in_many_messages_reads_back_as_one_device()
    {
        DeviceConfig config = new()
        {
            PrivateKey = PrivateKey.Generate(),
            ListenPort = 51820,
            FirewallMark = 0xca6c,
            ReplacePeers = true,
            Peers =
            [
                Peer(1, 0) with
                {
                    PresharedKey = new PresharedKey([.. Enumerable.Repeat((byte)9, 32)]),
                    Endpoint = new IPEndPoint(IPAddress.Parse("fe80::1%7"), 4242),
                    PersistentKeepalive = 25,
                },
                Peer(2, 700) with
                {
                    Endpoint = new IPEndPoint(IPAddress.Parse("192.0.2.9"), 65535),
                },
                Peer(3, 300),
                Peer(4, 1),
            ],
        };
        byte[][] messages = Messages(config, limit: 2048);
        Assert.True(messages.Length > 10);
        Assert.All(messages, m => Assert.InRange(m.Length, Headers, 2048));

        DeviceStatus read = WireGuardReply.Join("wg0", [.. messages.Select(Part)]);

        Assert.Equal(config.PrivateKey, read.PrivateKey);
        Assert.Equal((51820, 0xca6cu), (read.ListenPort, read.FirewallMark));
        Assert.Equal(config.Peers.Select(p => p.PublicKey), read.Peers.Select(p => p.PublicKey));
        Assert.Equal(config.Peers.Select(p => p.Endpoint), read.Peers.Select(p => p.Endpoint));
        Assert.Equal(config.Peers[0].PresharedKey, read.Peers[0].PresharedKey);
        Assert.Equal(25, read.Peers[0].PersistentKeepalive);
        foreach ((PeerConfig wrote, PeerStatus got) in config.Peers.Zip(read.Peers))
            Assert.Equal(wrote.AllowedIps.Select(a => a.Prefix), got.AllowedIps);
    }

    [Fact]
    public void Only_the_first_message_empties_lists_and_every_one_leaves_an_unknown_peer_alone()
    {
        DeviceConfig config = new()
        {
            ListenPort = 1,
            ReplacePeers = true,
            Peers = [Peer(1, 200) with { ReplaceAllowedIps = true, UpdateOnly = true, PersistentKeepalive = 5 }],
        };
        List<(bool DeviceFlags, bool Port, uint PeerFlags, bool Keepalive)> seen = [];
        foreach (byte[] message in Messages(config, limit: 1024))
        {
            NetlinkAttributes device = new(message.AsSpan(Headers));
            (bool deviceFlags, bool port) = (false, false);
            while (device.MoveNext())
            {
                deviceFlags |= device.Type == WireGuardMessages.DeviceAttribute.Flags;
                port |= device.Type == WireGuardMessages.DeviceAttribute.ListenPort;
                if (device.Type != WireGuardMessages.DeviceAttribute.Peers)
                    continue;
                NetlinkAttributes peers = device.Nested;
                Assert.True(peers.MoveNext());
                NetlinkAttributes peer = peers.Nested;
                (uint flags, bool keepalive) = (0, false);
                while (peer.MoveNext())
                {
                    if (peer.Type == WireGuardMessages.PeerAttribute.Flags)
                        flags = peer.Number;
                    keepalive |= peer.Type == WireGuardMessages.PeerAttribute.PersistentKeepalive;
                }
                seen.Add((deviceFlags, port, flags, keepalive));
            }
        }
        Assert.True(seen.Count > 3);
        Assert.Equal((true, true, 2u | 4u, true), seen[0]);
        Assert.All(seen.Skip(1), s => Assert.Equal((false, false, 4u, false), s));
    }

    [Fact]
    public void A_peer_that_goes_takes_no_prefixes_and_a_prefix_that_goes_says_so()
    {
        PeerConfig stays = Peer(2, 0) with
        {
            AllowedIps =
            [
                new AllowedIpChange(IPNetwork.Parse("10.0.0.0/8"), remove: true),
                new AllowedIpChange(IPNetwork.Parse("fd00::/8")),
            ],
        };
        DeviceConfig config = new() { Peers = [Peer(1, 50) with { Remove = true }, stays] };

        byte[] message = Assert.Single(Messages(config, WireGuardMessages.MessageLimit));

        DeviceStatus read = Part(message);
        Assert.Empty(read.Peers[0].AllowedIps);
        Assert.Equal(["10.0.0.0/8", "fd00::/8"], read.Peers[1].AllowedIps.Select(p => p.ToString()));
        Assert.Equal([1u, 0u], AllowedIpFlags(message).ToArray());
    }

    [Fact]
    public void A_peer_that_several_messages_share_gotone_peer_and_its_neighbours_stay_apart()
    {
        ImmutableArray<DeviceStatus> parts =
        [
            new()
            {
                Name = "wg0",
                ListenPort = 7,
                Peers = [Status(1, "10.0.0.0/24"), Status(2, "10.0.1.0/24")],
            },
            new() { Name = "wg0", Peers = [Status(2, "10.0.2.0/24")] },
            new() { Name = "wg0", Peers = [Status(2, "10.0.3.0/24"), Status(3, "10.0.4.0/24")] },
            new() { Name = "wg0", Peers = [Status(4)] },
        ];

        DeviceStatus device = WireGuardReply.Join("wg0", parts);

        Assert.Equal(7, device.ListenPort);
        Assert.Equal(
            ["10.0.0.0/24", "10.0.1.0/24 10.0.2.0/24 10.0.3.0/24", "10.0.4.0/24", ""],
            device.Peers.Select(p => string.Join(' ', p.AllowedIps))
        );
    }

    [Fact]
    public void An_answer_cut_short_or_made_up_gotread_as_far_as_it_makes_sense()
    {
        DeviceConfig config = new() { PrivateKey = PrivateKey.Generate(), Peers = [Peer(1, 3), Peer(2, 3)] };
        byte[] whole = Assert.Single(Messages(config, WireGuardMessages.MessageLimit));
        Random random = new(1);
        for (int length = Headers; length < whole.Length; length++)
        {
            byte[] damaged = whole[..length];
            damaged[random.Next(Headers, Math.Max(length, Headers + 1)) % length] ^= (byte)random.Next(1, 256);
            Assert.Equal("wg0", Part(damaged).Name);
        }
    }

    static PeerConfig Peer(byte number, int prefixes) =>
        new()
        {
            PublicKey = Key(number),
            AllowedIps =
            [
                .. Enumerable
                    .Range(0, prefixes)
                    .Select(i => new AllowedIpChange(
                        IPNetwork.Parse(
                            i % 2 == 0 ? $"10.{number}.{i / 256}.{i % 256}/32" : $"fd00:{number:x}:{i:x}::/64"
                        )
                    )),
            ],
        };

    static PeerStatus Status(byte number, params string[] prefixes) =>
        new() { PublicKey = Key(number), AllowedIps = [.. prefixes.Select(p => IPNetwork.Parse(p))] };

    static PublicKey Key(byte number) => new([.. Enumerable.Repeat(number, 32)]);

    static byte[][] Messages(DeviceConfig config, int limit) =>
        [
            .. WireGuardMessages
                .WriteSet(
                    () => GenericNetlink.Write(Family, WireGuardMessages.SetDevice, 1, NetlinkOptions.Ack),
                    "wg0",
                    config,
                    limit
                )
                .Select(request => request.Finish(1).ToArray()),
        ];

    static DeviceStatus Part(byte[] message) =>
        WireGuardReply.ReadPart("wg0", new NetlinkAttributes(message.AsSpan(Headers)));

    static List<uint> AllowedIpFlags(byte[] message)
    {
        List<uint> flags = [];
        NetlinkAttributes device = new(message.AsSpan(Headers));
        while (device.MoveNext())
        {
            if (device.Type != WireGuardMessages.DeviceAttribute.Peers)
                continue;
            NetlinkAttributes peers = device.Nested;
            while (peers.MoveNext())
            {
                NetlinkAttributes peer = peers.Nested;
                while (peer.MoveNext())
                {
                    if (peer.Type != WireGuardMessages.PeerAttribute.AllowedIps)
                        continue;
                    NetlinkAttributes allowed = peer.Nested;
                    while (allowed.MoveNext())
                    {
                        NetlinkAttributes one = allowed.Nested;
                        uint flag = 0;
                        while (one.MoveNext())
                        {
                            if (one.Type == WireGuardMessages.AllowedIpAttribute.Flags)
                                flag = one.Number;
                        }
                        flags.Add(flag);
                    }
                }
            }
        }
        return flags;
    }
}
