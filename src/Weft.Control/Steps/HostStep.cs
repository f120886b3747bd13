using Weft.Config;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// One change to the host, and how to take it back. A closed set: each kind is below. Prints as the command that would
/// do the same, without keys.
/// </summary>
abstract record HostStep
{
    /// <summary>The step that takes this one back.</summary>
    internal abstract HostStep Inverse { get; }
}

/// <summary>Set keys, port, mark and peers of the device.</summary>
sealed record ChangeDevice(string Name, DeviceConfig Change, DeviceConfig? Undo) : HostStep
{
    internal override HostStep Inverse => new ChangeDevice(Name, Undo ?? new DeviceConfig(), Change);

    public override string ToString()
    {
        int removed = Change.Peers.Count(p => p.Remove);
        List<string> parts = [];
        if (Change.PrivateKey is not null)
            parts.Add("private-key (hidden)");
        if (Change.ListenPort is { } port)
            parts.Add($"listen-port {port}");
        if (Change.FirewallMark is { } mark)
            parts.Add($"fwmark 0x{mark:x}");
        if (removed < Change.Peers.Length)
            parts.Add($"({Change.Peers.Length - removed} peers set)");
        if (removed > 0)
            parts.Add($"({removed} peers removed)");
        return $"wg set {Name} {string.Join(' ', parts)}";
    }
}

sealed record SetMtu(Link Link, int Mtu) : HostStep
{
    internal override HostStep Inverse => new SetMtu(Link, Link.Mtu);

    public override string ToString() => $"ip link set {Link.Name} mtu {Mtu}";
}

sealed record SetUp(Link Link, bool IsUp) : HostStep
{
    internal override HostStep Inverse => new SetUp(Link, Link.IsUp);

    public override string ToString() => $"ip link set {Link.Name} {(IsUp ? "up" : "down")}";
}

sealed record SetAlias(Link Link, string Alias) : HostStep
{
    internal override HostStep Inverse => new SetAlias(Link, Link.Alias);

    public override string ToString() => $"ip link set {Link.Name} alias '{Alias}'";
}

sealed record AddAddress(Link Link, LinkAddress Address) : HostStep
{
    internal override HostStep Inverse => new RemoveAddress(Link, Address);

    public override string ToString() => $"ip address add {Address} dev {Link.Name}";
}

sealed record RemoveAddress(Link Link, LinkAddress Address) : HostStep
{
    internal override HostStep Inverse => new AddAddress(Link, Address);

    public override string ToString() => $"ip address del {Address} dev {Link.Name}";
}

sealed record AddRoute(string Name, Route Route) : HostStep
{
    internal override HostStep Inverse => new RemoveRoute(Name, Route);

    public override string ToString() => $"ip route add {Route} dev {Name} proto {Route.Protocol}";
}

sealed record RemoveRoute(string Name, Route Route) : HostStep
{
    internal override HostStep Inverse => new AddRoute(Name, Route);

    public override string ToString() => $"ip route del {Route} dev {Name} proto {Route.Protocol}";
}

sealed record AddRule(RoutingRule Rule) : HostStep
{
    internal override HostStep Inverse => new RemoveRule(Rule);

    public override string ToString() => $"ip {(Rule.IsIPv6 ? "-6 " : "")}rule add {Rule}";
}

sealed record RemoveRule(RoutingRule Rule) : HostStep
{
    internal override HostStep Inverse => new AddRule(Rule);

    public override string ToString() => $"ip {(Rule.IsIPv6 ? "-6 " : "")}rule del {Rule}";
}

sealed record ChangeFirewall(FirewallChange Change) : HostStep
{
    internal override HostStep Inverse => new ChangeFirewall(Change.Inverse);

    public override string ToString() => Change.ToString();
}

/// <summary>Ask the keeper for name servers while the interface is up; null lets go of them.</summary>
sealed record ChangeNameServers(string Name, INameServerKeeper Keeper, NameServers? New, NameServers? Old) : HostStep
{
    internal override HostStep Inverse => new ChangeNameServers(Name, Keeper, Old, New);

    public override string ToString() => Keeper.Describe(Name, New);
}

/// <summary>Tell dnsmasq of the other sites' names; nothing takes back what it was told.</summary>
sealed record ChangeNames(string Name, NamesChange Change) : HostStep
{
    internal override HostStep Inverse =>
        new ChangeNames(Name, Change with { Wanted = Change.Standing, Standing = Change.Wanted });

    public override string ToString() =>
        Change.Wanted.IsEmpty
            ? $"take the names of {Name}'s sites out of {Change.Keeper.Place}"
            : $"write the names of {Name}'s sites to {Change.Keeper.Place}";
}

sealed record SetSysctl(Sysctl New, string Old) : HostStep
{
    internal override HostStep Inverse => new SetSysctl(New with { Value = Old }, New.Value);

    public override string ToString() => $"sysctl -w {New}";
}
