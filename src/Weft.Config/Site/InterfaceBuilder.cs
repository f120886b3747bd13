using System.Collections.Immutable;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>The <c>[Interface]</c> section that a <see cref="SiteConfigParser"/> is reading.</summary>
sealed class InterfaceBuilder
{
    internal PrivateKey? PrivateKey;
    internal ushort? ListenPort;
    internal uint? FirewallMark;
    internal ushort? Mtu;
    internal RouteTable Table;
    internal bool SaveConfig;
    internal string? Site;
    internal TimeSpan? Check;
    internal LinkRules Links = LinkRules.Default;
    internal readonly ImmutableArray<string>.Builder Hooks = ImmutableArray.CreateBuilder<string>();
    internal readonly ImmutableArray<InterfaceAddress>.Builder Addresses =
        ImmutableArray.CreateBuilder<InterfaceAddress>();
    internal string? Domain;
    internal readonly ImmutableArray<LanMap>.Builder Lans = ImmutableArray.CreateBuilder<LanMap>();
    internal readonly ImmutableArray<string>.Builder Dns = ImmutableArray.CreateBuilder<string>();
    internal readonly ImmutableArray<string>.Builder PreUp = ImmutableArray.CreateBuilder<string>();
    internal readonly ImmutableArray<string>.Builder PostUp = ImmutableArray.CreateBuilder<string>();
    internal readonly ImmutableArray<string>.Builder PreDown = ImmutableArray.CreateBuilder<string>();
    internal readonly ImmutableArray<string>.Builder PostDown = ImmutableArray.CreateBuilder<string>();

    internal InterfaceSection Build() =>
        new()
        {
            PrivateKey = PrivateKey,
            ListenPort = ListenPort,
            FirewallMark = FirewallMark,
            Addresses = Addresses.DrainToImmutable(),
            Mtu = Mtu,
            Table = Table,
            Dns = Dns.DrainToImmutable(),
            PreUp = PreUp.DrainToImmutable(),
            PostUp = PostUp.DrainToImmutable(),
            PreDown = PreDown.DrainToImmutable(),
            PostDown = PostDown.DrainToImmutable(),
            SaveConfig = SaveConfig,
            Site = Site,
            Lans = [.. Lans.Select(l => l.Real)],
            Maps = [.. Lans.Where(l => l.IsMapped)],
            Domain = Domain,
            Check = Check,
            Links = Links,
            Hooks = Hooks.DrainToImmutable(),
        };
}
