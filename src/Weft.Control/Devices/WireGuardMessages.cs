using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weft.Config;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// Changes to a device as messages of the kernel's WireGuard family (<c>linux/wireguard.h</c>). Pure. What does not fit into
/// one message goes on in the next: the device's own settings and the flags that empty a list stand in the first only.
/// </summary>
static class WireGuardMessages
{
    internal const string Family = "wireguard";
    internal const byte Version = 1;
    internal const byte GetDevice = 0;
    internal const byte SetDevice = 1;

    /// <summary>
    /// Where a message ends and the next begins. A list's length has 16 bits, and the kernel takes what fits into the
    /// socket's send buffer, some 200 KiB.
    /// </summary>
    internal const int MessageLimit = 32 * 1024;

    // Of the longest peer without its prefixes, and of the longest prefix, with the headers around them.
    const int PeerLength = 160;
    const int AllowedIpLength = 48;

    internal static class DeviceAttribute
    {
        internal const int InterfaceName = 2;
        internal const int PrivateKey = 3;
        internal const int PublicKey = 4;
        internal const int Flags = 5;
        internal const int ListenPort = 6;
        internal const int FirewallMark = 7;
        internal const int Peers = 8;
    }

    internal static class PeerAttribute
    {
        internal const int PublicKey = 1;
        internal const int PresharedKey = 2;
        internal const int Flags = 3;
        internal const int Endpoint = 4;
        internal const int PersistentKeepalive = 5;
        internal const int LastHandshake = 6;
        internal const int ReceivedBytes = 7;
        internal const int SentBytes = 8;
        internal const int AllowedIps = 9;
    }

    internal static class AllowedIpAttribute
    {
        internal const int Family = 1;
        internal const int Address = 2;
        internal const int PrefixLength = 3;
        internal const int Flags = 4;
    }

    const uint ReplacePeers = 1;
    const uint RemovePeer = 1;
    const uint ReplaceAllowedIps = 2;
    const uint UpdateOnly = 4;
    const uint RemoveAllowedIp = 1;

    // Linux's numbers, which .NET's AddressFamily does not have.
    internal const ushort Inet = 2;
    internal const ushort Inet6 = 10;

    internal static NetlinkRequest WriteGet(NetlinkRequest begun, string name) =>
        begun.Put(DeviceAttribute.InterfaceName, name);

    /// <summary>The messages of a change, in order. Each holds keys: whoever takes one wipes it.</summary>
    /// <param name="begin">Begins an empty message.</param>
    /// <param name="name">The device.</param>
    /// <param name="config">The change.</param>
    /// <param name="limit">The length at which a message is full.</param>
    internal static IEnumerable<NetlinkRequest> WriteSet(
        Func<NetlinkRequest> begin,
        string name,
        DeviceConfig config,
        int limit = MessageLimit
    )
    {
        NetlinkRequest request = Begin(begin, name);
        WriteDevice(request, config);
        int peers = request.BeginNest(DeviceAttribute.Peers);
        foreach (PeerConfig peer in config.Peers)
        {
            if (request.Length + PeerLength > limit)
            {
                yield return request.EndNest(peers);
                request = Begin(begin, name);
                peers = request.BeginNest(DeviceAttribute.Peers);
            }
            int nest = request.BeginNest(0);
            WritePeer(request, peer);
            int allowedIps = request.BeginNest(PeerAttribute.AllowedIps);
            // A peer that goes takes its prefixes along.
            foreach (AllowedIpChange change in peer.Remove ? [] : peer.AllowedIps)
            {
                if (request.Length + AllowedIpLength > limit)
                {
                    yield return request.EndNest(allowedIps).EndNest(nest).EndNest(peers);
                    request = Begin(begin, name);
                    peers = request.BeginNest(DeviceAttribute.Peers);
                    nest = request.BeginNest(0);
                    WritePeerAgain(request, peer);
                    allowedIps = request.BeginNest(PeerAttribute.AllowedIps);
                }
                WriteAllowedIp(request, change);
            }
            request.EndNest(allowedIps).EndNest(nest);
        }
        yield return request.EndNest(peers);
    }

    static NetlinkRequest Begin(Func<NetlinkRequest> begin, string name) =>
        begin().Put(DeviceAttribute.InterfaceName, name);

    static void WriteDevice(NetlinkRequest request, DeviceConfig config)
    {
        if (config.PrivateKey is { } key)
            request.Put(DeviceAttribute.PrivateKey, key.Span);
        if (config.ListenPort is { } port)
            request.Put(DeviceAttribute.ListenPort, port);
        if (config.FirewallMark is { } mark)
            request.Put(DeviceAttribute.FirewallMark, mark);
        if (config.ReplacePeers)
            request.Put(DeviceAttribute.Flags, ReplacePeers);
    }

    static void WritePeer(NetlinkRequest request, PeerConfig peer)
    {
        request.Put(PeerAttribute.PublicKey, peer.PublicKey.Span);
        uint flags =
            (peer.Remove ? RemovePeer : 0)
            | (peer.ReplaceAllowedIps ? ReplaceAllowedIps : 0)
            | (peer.UpdateOnly ? UpdateOnly : 0);
        if (flags != 0)
            request.Put(PeerAttribute.Flags, flags);
        if (peer.PresharedKey is { } psk)
            request.Put(PeerAttribute.PresharedKey, psk.Span);
        if (peer.Endpoint is { } endpoint)
            WriteEndpoint(request, endpoint);
        if (peer.PersistentKeepalive is { } seconds)
            request.Put(PeerAttribute.PersistentKeepalive, seconds);
    }

    /// <summary>What its prefixes go on under. A peer that must not be made must not be made here either.</summary>
    static void WritePeerAgain(NetlinkRequest request, PeerConfig peer)
    {
        request.Put(PeerAttribute.PublicKey, peer.PublicKey.Span);
        if (peer.UpdateOnly)
            request.Put(PeerAttribute.Flags, UpdateOnly);
    }

    /// <summary><c>struct sockaddr_in</c> or <c>sockaddr_in6</c>.</summary>
    static void WriteEndpoint(NetlinkRequest request, IPEndPoint endpoint)
    {
        Span<byte> bytes = stackalloc byte[28];
        bytes.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)endpoint.Port);
        if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
        {
            MemoryMarshal.Write(bytes, Inet6);
            endpoint.Address.TryWriteBytes(bytes[8..], out _);
            MemoryMarshal.Write(bytes[24..], (uint)endpoint.Address.ScopeId);
            request.Put(PeerAttribute.Endpoint, bytes);
            return;
        }
        MemoryMarshal.Write(bytes, Inet);
        endpoint.Address.TryWriteBytes(bytes[4..], out _);
        request.Put(PeerAttribute.Endpoint, bytes[..16]);
    }

    static void WriteAllowedIp(NetlinkRequest request, AllowedIpChange change)
    {
        int nest = request.BeginNest(0);
        Span<byte> address = stackalloc byte[16];
        int length = change.WriteBase(address);
        request.Put(AllowedIpAttribute.Family, change.IsIPv6 ? Inet6 : Inet);
        request.Put(AllowedIpAttribute.Address, address[..length]);
        request.Put(AllowedIpAttribute.PrefixLength, (byte)change.PrefixLength);
        // Kernels before 6.16 know no flags here, so they get none where none is needed.
        if (change.Remove)
            request.Put(AllowedIpAttribute.Flags, RemoveAllowedIp);
        request.EndNest(nest);
    }
}
