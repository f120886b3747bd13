using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux.Netlink;
using static Weft.Control.WireGuardMessages;

namespace Weft.Control;

/// <summary>
/// What the kernel's WireGuard says of a device (<c>linux/wireguard.h</c>), read message by message and put together: the
/// device stands in the first, and a peer whose prefixes do not fit goes on in the next. Pure.
/// </summary>
static class WireGuardReply
{
    /// <summary>One message: a part of a device. Peers that go on in the next message are in both.</summary>
    internal static DeviceStatus ReadPart(string name, NetlinkAttributes attributes)
    {
        DeviceStatus device = new() { Name = name };
        while (attributes.MoveNext())
        {
            device = attributes.Type switch
            {
                DeviceAttribute.PrivateKey when IsKey(attributes) => device with
                {
                    PrivateKey = PrivateKey.AsWritten(attributes.Value),
                },
                DeviceAttribute.PublicKey when IsKey(attributes) => device with
                {
                    PublicKey = new PublicKey(attributes.Value),
                },
                DeviceAttribute.ListenPort => device with { ListenPort = (ushort)attributes.Number },
                DeviceAttribute.FirewallMark => device with { FirewallMark = attributes.Number },
                DeviceAttribute.Peers => device with { Peers = ReadPeers(attributes.Nested) },
                _ => device,
            };
        }
        return device;
    }

    /// <summary>The device out of the parts of a dump.</summary>
    internal static DeviceStatus Join(string name, ImmutableArray<DeviceStatus> parts)
    {
        if (parts is [])
            return new DeviceStatus { Name = name };
        ImmutableArray<PeerStatus>.Builder peers = ImmutableArray.CreateBuilder<PeerStatus>();
        // Prefixes of the last peer, gathered apart: one peer may have 100,000, over hundreds of messages.
        ImmutableArray<IPNetwork>.Builder allowed = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (PeerStatus peer in parts.SelectMany(part => part.Peers))
        {
            if (peers.Count > 0 && peers[^1].PublicKey == peer.PublicKey)
            {
                if (allowed.Count == 0)
                    allowed.AddRange(peers[^1].AllowedIps);
                allowed.AddRange(peer.AllowedIps);
                continue;
            }
            Close(peers, allowed);
            peers.Add(peer);
        }
        Close(peers, allowed);
        return parts[0] with { Peers = peers.DrainToImmutable() };
    }

    static void Close(ImmutableArray<PeerStatus>.Builder peers, ImmutableArray<IPNetwork>.Builder allowed)
    {
        if (allowed.Count > 0)
            peers[^1] = peers[^1] with { AllowedIps = allowed.DrainToImmutable() };
    }

    static ImmutableArray<PeerStatus> ReadPeers(NetlinkAttributes attributes)
    {
        ImmutableArray<PeerStatus>.Builder peers = ImmutableArray.CreateBuilder<PeerStatus>();
        while (attributes.MoveNext())
        {
            if (ReadPeer(attributes.Nested) is { } peer)
                peers.Add(peer);
        }
        return peers.DrainToImmutable();
    }

    static PeerStatus? ReadPeer(NetlinkAttributes attributes)
    {
        PeerStatus peer = new() { PublicKey = default };
        bool named = false;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case PeerAttribute.PublicKey when IsKey(attributes):
                    peer = peer with { PublicKey = new PublicKey(attributes.Value) };
                    named = true;
                    break;
                // The kernel always gives one; zeros are none.
                case PeerAttribute.PresharedKey when IsKey(attributes) && attributes.Value.ContainsAnyExcept((byte)0):
                    peer = peer with { PresharedKey = new PresharedKey(attributes.Value) };
                    break;
                case PeerAttribute.Endpoint:
                    peer = peer with { Endpoint = ReadEndpoint(attributes.Value) };
                    break;
                case PeerAttribute.PersistentKeepalive:
                    peer = peer with { PersistentKeepalive = (ushort)attributes.Number };
                    break;
                case PeerAttribute.LastHandshake:
                    peer = peer with { LastHandshake = ReadTime(attributes.Value) };
                    break;
                case PeerAttribute.ReceivedBytes:
                    peer = peer with { ReceivedBytes = attributes.LongNumber };
                    break;
                case PeerAttribute.SentBytes:
                    peer = peer with { SentBytes = attributes.LongNumber };
                    break;
                case PeerAttribute.AllowedIps:
                    peer = peer with { AllowedIps = ReadAllowedIps(attributes.Nested) };
                    break;
                default:
                    break;
            }
        }
        return named ? peer : null;
    }

    static ImmutableArray<IPNetwork> ReadAllowedIps(NetlinkAttributes attributes)
    {
        ImmutableArray<IPNetwork>.Builder prefixes = ImmutableArray.CreateBuilder<IPNetwork>();
        while (attributes.MoveNext())
        {
            NetlinkAttributes one = attributes.Nested;
            IPAddress? address = null;
            uint length = 0;
            while (one.MoveNext())
            {
                if (one.Type == AllowedIpAttribute.Address)
                    address = one.Address;
                else if (one.Type == AllowedIpAttribute.PrefixLength)
                    length = one.Number;
            }
            if (address is not null && length <= (address.AddressFamily == Inet4Family ? 32 : 128))
                prefixes.Add(AddressText.Network(address, (int)length));
        }
        return prefixes.DrainToImmutable();
    }

    const System.Net.Sockets.AddressFamily Inet4Family = System.Net.Sockets.AddressFamily.InterNetwork;

    /// <summary><c>struct sockaddr_in</c> or <c>sockaddr_in6</c>; null for anything else.</summary>
    static IPEndPoint? ReadEndpoint(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 16)
            return null;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return MemoryMarshal.Read<ushort>(bytes) switch
        {
            Inet => new IPEndPoint(new IPAddress(bytes[4..8]), port),
            Inet6 when bytes.Length >= 28 => new IPEndPoint(
                new IPAddress(bytes[8..24], MemoryMarshal.Read<uint>(bytes[24..])),
                port
            ),
            _ => null,
        };
    }

    /// <summary><c>struct __kernel_timespec</c>.</summary>
    static HandshakeTime ReadTime(ReadOnlySpan<byte> bytes) =>
        bytes.Length < 16
            ? default
            : new HandshakeTime(MemoryMarshal.Read<long>(bytes), (uint)MemoryMarshal.Read<long>(bytes[8..]));

    static bool IsKey(NetlinkAttributes attributes) => attributes.Value.Length == KeyText.KeyLength;
}
