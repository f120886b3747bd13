namespace Weft.Control;

/// <summary>
/// Where the <see cref="TunnelGuard"/>s and <see cref="LanMapping"/>s of a family stand: in nftables, or in iptables on a
/// host without nft.
/// </summary>
interface IGuards
{
    /// <summary>What to change so that it stands; null when it does.</summary>
    FirewallChange? Put(TunnelGuard guard);

    /// <summary>What to change so that none of the interface's stands in this family; null when none does.</summary>
    FirewallChange? Take(string name, bool v6);

    /// <summary>What to change so that just these networks are mapped for the interface in this family; null when they are.</summary>
    FirewallChange? Map(LanMapping wanted);
}
