namespace Weft.Control;

/// <summary>Finds who keeps the name servers of this host.</summary>
sealed class HostNameServers(Tools tools, Reporting reporting)
{
    readonly ResolvConfFile _file = new("/etc/resolv.conf", MachineBoot.Id ?? "");

    /// <summary>Whoever is there: resolvconf as with wg-quick, else systemd-resolved, else nobody.</summary>
    internal INameServerKeeper Keeper()
    {
        if (Tools.Find(Resolvconf.Keeper) is { } resolvconf)
            return NewResolvconf(resolvconf);
        return Tools.Find(Resolvectl.Keeper) is { } resolvectl && File.Exists(Resolvectl.RuntimeFile)
            ? new Resolvectl(resolvectl, tools)
            : _file;
    }

    /// <summary>What stands for an interface, as far as it can be known; null when nothing does.</summary>
    /// <param name="link">The interface.</param>
    /// <param name="known">What an earlier start remembered.</param>
    /// <param name="isNew">The interface is yet to come, so what goes with an interface is gone.</param>
    /// <param name="file">The site's file where nothing is remembered; null for none.</param>
    internal KeptNameServers? Standing(string link, SiteState? known, bool isNew, SiteFile? file = null)
    {
        if (_file.Standing(link) is { } here)
            return new KeptNameServers(_file, here);
        if (NameServers.Of(known?.NameServers ?? file?.Config.Interface.Dns ?? []) is not { } servers)
            return null;
        INameServerKeeper now = Keeper();
        INameServerKeeper? keeper = (known?.NameServerKeeper ?? now.Name) switch
        {
            var name when name == now.Name => now,
            Resolvconf.Keeper => Tools.Find(Resolvconf.Keeper) is { } program ? NewResolvconf(program) : null,
            Resolvectl.Keeper => Tools.Find(Resolvectl.Keeper) is { } program ? new Resolvectl(program, tools) : null,
            _ => null,
        };
        // Of the file we know all, and it was asked first.
        return keeper is null || keeper == _file || (isNew && keeper.GoesWithInterface)
            ? null
            : new KeptNameServers(keeper, servers);
    }

    /// <summary>
    /// Puts back a file of ours that outlived its interface, as a power cut leaves it: its servers are behind the tunnel,
    /// and without names no tunnel would come up.
    /// </summary>
    internal void Mend(string link, bool isNew)
    {
        if (_file.IsStale || (isNew && _file.Standing(link) is not null))
        {
            reporting.Step(_file.Describe(link, null));
            _file.Remove(link);
        }
    }

    /// <summary>Leaves nothing of ours beside a file that is somebody else's by now.</summary>
    internal void Tidy() => _file.Tidy();

    Resolvconf NewResolvconf(string program) => new(program, "/etc/resolvconf/interface-order", tools);
}
