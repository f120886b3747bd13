using System.Collections.Immutable;

namespace Weft.Fuzz.Targets;

/// <summary>Every target, by its name.</summary>
static class AllTargets
{
    static readonly ImmutableArray<Func<ITarget>> Makers =
    [
        () => new InitiationTarget(),
        () => new ResponseTarget(),
        () => new CookieTarget(),
        () => new DataTarget(),
        () => new InboundTarget(),
        () => new InnerPacketTarget(),
        () => new VirtioTarget(),
        () => new NetlinkTarget(),
        () => new WireGuardNetlinkTarget(),
        () => new ControlMessagesTarget(),
        () => new UapiTarget(),
        () => new UapiReplyTarget(),
        () => new WgConfTarget(),
        () => new WgQuickConfTarget(),
        () => new MeshConfTarget(),
        () => new KeyFileTarget(),
        () => new AddressTarget(),
        () => new SiteStateTarget(),
        () => new IptablesTarget(),
        () => new NftTarget(),
        () => new FilterTarget(),
        () => new FarTextTarget(),
        () => new NotesTarget(),
        () => new HostTextsTarget(),
    ];

    public static ImmutableArray<string> Names { get; } =
    [
        .. Makers.Select(make =>
        {
            using ITarget target = make();
            return target.Shape.Name;
        }),
    ];

    /// <exception cref="FormatException">There is no such target.</exception>
    public static ITarget Make(string name)
    {
        int index = Names.IndexOf(name);
        return index >= 0 ? Makers[index]() : throw new FormatException($"there is no target {name}; see --list");
    }
}
