using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>systemd-resolved, by its <c>resolvectl</c>, on a host that has no <c>resolvconf</c>.</summary>
/// <param name="program">Its path.</param>
/// <param name="tools">Runs it.</param>
sealed class Resolvectl(string program, Tools tools) : INameServerKeeper
{
    internal const string Keeper = "resolvectl";

    /// <summary>Exists while systemd-resolved runs.</summary>
    internal const string RuntimeFile = "/run/systemd/resolve/resolv.conf";

    public string Name => Keeper;

    public bool GoesWithInterface => true;

    public string Describe(string link, NameServers? servers) =>
        string.Join("; ", Commands(link, servers).Select(c => string.Join(' ', [Keeper, .. c])));

    public void Set(string link, NameServers servers)
    {
        foreach (ImmutableArray<string> command in Commands(link, servers))
            Run(command);
    }

    public void Remove(string link) => Run(Commands(link, null)[0]);

    /// <summary>The domain <c>~.</c> is all names: none of them goes to the servers of other interfaces.</summary>
    static ImmutableArray<ImmutableArray<string>> Commands(string link, NameServers? servers) =>
        servers is null
            ?
            [
                ["revert", link],
            ]
            :
            [
                ["dns", link, .. servers.Servers],
                ["domain", link, .. servers.Domains, "~."],
            ];

    void Run(ImmutableArray<string> arguments)
    {
        ToolResult result = tools.Run(program, arguments);
        if (!result.Succeeded)
        {
            throw new OperationFailedException(
                $"The name servers are not set: {program} {string.Join(' ', arguments)}: {result.Complaint}",
                "See how systemd-resolved is doing: resolvectl status."
            );
        }
    }
}
