using System.Collections.Immutable;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>The <c>[Peer]</c> section that a <see cref="SiteConfigParser"/> is reading.</summary>
/// <param name="heading">Where it begins.</param>
sealed class PeerBuilder(IniText heading)
{
    internal readonly IniText Heading = heading;
    internal string? Site;
    internal PublicKey? PublicKey;
    internal PublicKey? Replaces;
    internal bool SawPublicKey;
    internal PresharedKey? PresharedKey;
    internal HostPort? Endpoint;
    internal ushort? PersistentKeepalive;
    internal readonly ImmutableArray<AllowedIpChange>.Builder AllowedIps =
        ImmutableArray.CreateBuilder<AllowedIpChange>();
    internal readonly ImmutableArray<CarriedSite>.Builder Carries = ImmutableArray.CreateBuilder<CarriedSite>();
    internal readonly ImmutableArray<LanMap>.Builder Maps = ImmutableArray.CreateBuilder<LanMap>();
    internal string? Domain;

    /// <summary>The place of a carried site of that name; -1 when there is none.</summary>
    internal int FindCarried(string site)
    {
        for (int i = 0; i < Carries.Count; i++)
        {
            if (string.Equals(Carries[i].Site, site, StringComparison.OrdinalIgnoreCase))
                return i;
        }
        return -1;
    }

    internal PeerSection Build(PublicKey key) =>
        new()
        {
            Site = Site,
            PublicKey = key,
            Replaces = Replaces,
            PresharedKey = PresharedKey,
            AllowedIps = AllowedIps.DrainToImmutable(),
            Endpoint = Endpoint,
            PersistentKeepalive = PersistentKeepalive,
            Carries = Carries.DrainToImmutable(),
            Domain = Domain,
            Maps = Maps.DrainToImmutable(),
        };
}
