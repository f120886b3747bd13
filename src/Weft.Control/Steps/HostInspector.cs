using System.Collections.Immutable;
using Weft.Config;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>Takes the snapshots that <see cref="HostPlan"/> compares. Changes nothing.</summary>
sealed class HostInspector(RouteNetlink netlink, HostFirewall firewall)
{
    const string IPv6Settings = "/proc/sys/net/ipv6/conf";

    static readonly ImmutableArray<string> s_settings =
    [
        "net/ipv4/ip_forward",
        "net/ipv4/conf/all/src_valid_mark",
        "net/ipv6/conf/all/forwarding",
    ];

    /// <param name="link">The interface; null when it is not there.</param>
    /// <param name="device">What its device says; null when none answers.</param>
    /// <param name="alsoRead">Further settings whose values matter.</param>
    internal HostState Look(Link? link, DeviceStatus? device, IEnumerable<string> alsoRead)
    {
        ImmutableDictionary<string, string>.Builder settings = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (string key in s_settings.Concat(RouterAdvertisements()).Concat(alsoRead))
        {
            if (Sysctl.Read(key) is { } value)
                settings[key] = value;
        }
        HostState surroundings = new()
        {
            HasIPv6 = Directory.Exists(IPv6Settings),
            Firewall = firewall.Read(),
            Sysctls = settings.ToImmutable(),
        };
        return LookAgain(surroundings, link, device);
    }

    /// <summary>A fresh look at all but firewall and settings, which the interface itself does not move.</summary>
    internal HostState LookAgain(HostState before, Link? link, DeviceStatus? device)
    {
        ImmutableDictionary<string, string> settings = before.Sysctls;
        foreach (string key in link is null ? [] : HostPlan.SettingsOf(link.Name))
        {
            if (Sysctl.Read(key) is { } value)
                settings = settings.SetItem(key, value);
        }
        return before with
        {
            Link = link,
            Device = device,
            Addresses = link is null ? [] : netlink.Addresses(link),
            Routes = netlink.Routes(),
            Rules = netlink.Rules(),
            Sysctls = settings,
        };
    }

    /// <summary>Whether each interface learns its default route from a router (accept_ra).</summary>
    static IEnumerable<string> RouterAdvertisements()
    {
        return Directory.Exists(IPv6Settings)
            ? Directory
                .EnumerateDirectories(IPv6Settings)
                .Select(Path.GetFileName)
                .Where(name => name is not ("all" or "default" or "lo"))
                .Select(name => $"net/ipv6/conf/{name}/accept_ra")
            : [];
    }
}
