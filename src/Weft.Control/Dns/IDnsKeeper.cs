using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>
/// Where this platform wants settings for its dnsmasq: a file in a folder, OpenWrt's uci, or a block in Tomato's file.
/// Each knows its own entries again without any memory, and touches no other.
/// </summary>
interface IDnsKeeper
{
    /// <summary>What a state remembers it by, and a user finds it by.</summary>
    string Place { get; }

    /// <summary>What names ask of this host's dnsmasq, given what it is told already.</summary>
    ImmutableArray<DnsSetting> For(SiteNames names);

    /// <summary>What stands for an interface; empty when nothing does.</summary>
    ImmutableArray<DnsSetting> Standing(string link);

    /// <summary>Puts settings in the place of those that stand, and has dnsmasq read them; none takes away what stands.</summary>
    /// <exception cref="OperationFailedException">It cannot be; what stood before stands again.</exception>
    void Set(string link, ImmutableArray<DnsSetting> settings);
}

/// <summary>What of names is to change on a host.</summary>
/// <param name="Keeper">Where.</param>
/// <param name="Wanted">Empty to take away what stands.</param>
/// <param name="Standing">As it is.</param>
readonly record struct NamesChange(
    IDnsKeeper Keeper,
    ImmutableArray<DnsSetting> Wanted,
    ImmutableArray<DnsSetting> Standing
);
