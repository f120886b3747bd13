using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>What kind of interface it is, as far as can honestly be told. Pure.</summary>
/// <param name="Text">For a person, such as <c>tinc</c>, <c>WireGuard</c>, <c>Ethernet</c> or <c>TUN of someprogram</c>.</param>
/// <param name="IsVpn">Packets travel inside other packets.</param>
public sealed record InterfaceNature(string Text, bool IsVpn)
{
    /// <param name="link">The interface.</param>
    /// <param name="isWireGuard">A WireGuard device answers for it.</param>
    /// <param name="holder">Of a TUN or TAP: the name of the program that has it open; null when that is not known.</param>
    internal static InterfaceNature Of(Link link, bool isWireGuard, string? holder) =>
        isWireGuard
            ? new("WireGuard", true)
            : link.Kind switch
            {
                "tun" => holder is null ? new("TUN of a program that is not known", true) : OfProgram(holder),
                "wireguard" or "amneziawg" => new("WireGuard", true),
                "ovpn" or "ovpn-dco" or "ovpn-dco-v2" => new("OpenVPN", true),
                "ppp" => new("PPP", false),
                "xfrm" or "vti" or "vti6" => new("IPsec", true),
                "gre" or "gretap" or "ip6gre" or "ip6gretap" => new("GRE", true),
                "ipip" or "ip6tnl" or "sit" => new("IP in IP", true),
                "vxlan" or "geneve" or "l2tpeth" or "fou" => new(link.Kind, true),
                "" => new(link.Name == "lo" ? "loopback" : "Ethernet", false),
                string kind => new(kind, false),
            };

    /// <summary>Known by the program's name, since a TUN says nothing of what is sent through it.</summary>
    static InterfaceNature OfProgram(string program) =>
        program switch
        {
            "tincd" => new("tinc", true),
            "openvpn" => new("OpenVPN", true),
            "tailscaled" => new("Tailscale", true),
            "zerotier-one" => new("ZeroTier", true),
            "nebula" => new("Nebula", true),
            "openconnect" => new("OpenConnect", true),
            _ => new($"TUN of {program}", true),
        };
}
