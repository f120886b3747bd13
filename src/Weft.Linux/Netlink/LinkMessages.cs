using System.Net;
using System.Runtime.InteropServices;

namespace Weft.Linux.Netlink;

/// <summary>Links and addresses to rtnetlink messages and back (<c>linux/if_link.h</c>, <c>linux/if_addr.h</c>). Pure.</summary>
static class LinkMessages
{
    internal const ushort NewLink = 16;
    internal const ushort DeleteLink = 17;
    internal const ushort GetLink = 18;
    internal const ushort NewAddress = 20;
    internal const ushort DeleteAddress = 21;
    internal const ushort GetAddress = 22;

    /// <summary><c>struct ifinfomsg</c>.</summary>
    internal const int LinkHeaderLength = 16;

    /// <summary><c>struct ifaddrmsg</c>.</summary>
    internal const int AddressHeaderLength = 8;

    const int Name = 3;
    const int Mtu = 4;
    const int LinkInfo = 18;
    const int Alias = 20;
    const int InfoKind = 1;
    const uint FlagUp = 1;

    const int Prefix = 1;
    const int Local = 2;
    const int Protocol = 11;

    internal static NetlinkRequest WriteLink(ushort type, NetlinkOptions flags, int index, LinkChange? change = null)
    {
        Span<byte> header = stackalloc byte[LinkHeaderLength];
        header.Clear();
        MemoryMarshal.Write(header[4..], index);
        if (change?.IsUp is { } up)
        {
            MemoryMarshal.Write(header[8..], up ? FlagUp : 0);
            MemoryMarshal.Write(header[12..], FlagUp);
        }
        NetlinkRequest request = new NetlinkRequest(type, flags).Struct(header);
        if (change?.Mtu is { } mtu)
            request.Put(Mtu, (uint)mtu);
        if (change?.Alias is { } alias)
            request.Put(Alias, alias);
        return request;
    }

    internal static NetlinkRequest WriteLinkByName(string name) =>
        WriteLink(GetLink, NetlinkOptions.Ack, 0).Put(Name, name);

    internal static NetlinkRequest WriteNewLink(string name, string kind)
    {
        NetlinkOptions flags = NetlinkOptions.Ack | NetlinkOptions.Create | NetlinkOptions.Exclusive;
        NetlinkRequest request = WriteLink(NewLink, flags, 0).Put(Name, name);
        int nest = request.BeginNest(LinkInfo);
        return request.Put(InfoKind, kind).EndNest(nest);
    }

    internal static Link? ReadLink(ushort type, ReadOnlySpan<byte> payload)
    {
        if (type != NewLink || payload.Length < LinkHeaderLength)
            return null;
        Link link = new()
        {
            Index = MemoryMarshal.Read<int>(payload[4..]),
            Name = "",
            IsUp = (MemoryMarshal.Read<uint>(payload[8..]) & FlagUp) != 0,
        };
        NetlinkAttributes attributes = new(payload[LinkHeaderLength..]);
        while (attributes.MoveNext())
        {
            link = attributes.Type switch
            {
                Name => link with { Name = attributes.Text },
                Mtu => link with { Mtu = (int)attributes.Number },
                Alias => link with { Alias = attributes.Text },
                LinkInfo => link with { Kind = ReadKind(attributes.Nested) },
                _ => link,
            };
        }
        return link;
    }

    internal static NetlinkRequest WriteAddress(ushort type, NetlinkOptions flags, LinkAddress address)
    {
        Span<byte> header = stackalloc byte[AddressHeaderLength];
        header[0] = RouteMessages.FamilyOf(address.Address);
        header[1] = (byte)address.PrefixLength;
        header[2] = 0;
        header[3] = address.Scope;
        MemoryMarshal.Write(header[4..], address.LinkIndex);
        NetlinkRequest request = new NetlinkRequest(type, flags | NetlinkOptions.Ack)
            .Struct(header)
            .Put(Local, address.Address)
            .Put(Prefix, address.Address);
        if (address.Protocol != 0)
            request.Put(Protocol, address.Protocol);
        return request;
    }

    internal static NetlinkRequest WriteAddressDump(int linkIndex)
    {
        Span<byte> header = stackalloc byte[AddressHeaderLength];
        header.Clear();
        MemoryMarshal.Write(header[4..], linkIndex);
        return new NetlinkRequest(GetAddress, NetlinkOptions.Dump).Struct(header);
    }

    internal static LinkAddress? ReadAddress(ushort type, ReadOnlySpan<byte> payload)
    {
        if (type != NewAddress || payload.Length < AddressHeaderLength)
            return null;
        IPAddress? prefix = null;
        IPAddress? local = null;
        byte protocol = 0;
        NetlinkAttributes attributes = new(payload[AddressHeaderLength..]);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Prefix:
                    prefix = attributes.Address;
                    break;
                case Local:
                    local = attributes.Address;
                    break;
                case Protocol:
                    protocol = (byte)attributes.Number;
                    break;
                default:
                    break;
            }
        }
        // On a point-to-point link the prefix is the far end's; the local address is ours (linux/if_addr.h).
        return (local ?? prefix) is not { } address || payload[1] > 8 * address.GetAddressBytes().Length
            ? null
            : new LinkAddress(MemoryMarshal.Read<int>(payload[4..]), address, payload[1])
            {
                Protocol = protocol,
                Scope = payload[3],
            };
    }

    /// <summary>A network from an address whose host bits may be set.</summary>
    internal static IPNetwork Network(IPAddress address, int bits)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            int keep = Math.Clamp(bits - 8 * i, 0, 8);
            bytes[i] &= (byte)(0xff00 >> keep);
        }
        return new IPNetwork(new IPAddress(bytes), bits);
    }

    static string ReadKind(NetlinkAttributes info)
    {
        while (info.MoveNext())
        {
            if (info.Type == InfoKind)
                return info.Text;
        }
        return "";
    }
}
