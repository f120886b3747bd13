using System.Net;
using Weft.Crypto;

namespace Weft.Control;

// What watchers ask for.
public sealed partial class SiteRunner
{
    /// <summary>A site as its last start made it; null when it does not run, or not in this network namespace.</summary>
    /// <exception cref="OperationFailedException">It cannot be found out.</exception>
    public RunningSite? Running(string name)
    {
        InterfaceName.Check(name);
        SiteChecks.Root("weft watch");
        return Translated(() =>
        {
            if (_host.States.Read(name) is not { } state || state.Namespace != SiteHost.Namespace)
                return null;
            if (_host.States.ReadApplied(state) is not { } file)
                return null;
            HashSet<string> down = [.. state.Withdrawn];
            return new RunningSite(
                file,
                _host.Devices.Find(name),
                _host.Netlink.FindLink(name)?.Index ?? 0,
                SiteLink.Of(file.Config).Select(l => l.Key).Where(k => down.Contains(k.ToString())).ToHashSet()
            );
        });
    }

    /// <summary>
    /// Puts back what <c>/run</c> has lost of a site that runs; false when the site was stopped, which removes its
    /// interface before its state.
    /// </summary>
    /// <param name="file">What its last start made real.</param>
    /// <exception cref="OperationFailedException">It could not be done.</exception>
    public bool Recover(SiteFile file, PeerNews news)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Translated(() =>
        {
            // Without the lock: a stop holds it while it waits for the watcher that asks this.
            bool isThere = _host.Netlink.FindLink(file.Interface) is { } link && Ownership.IsOurAlias(link.Alias);
            if (!isThere)
                return false;
            using IDisposable? held = _host.States.TryLock();
            // Whoever is at work there writes it as well.
            if (held is not null && Running(file.Interface) is null)
                new SiteStart(_host, file, new StartOptions { News = news }).Run();
            return true;
        });
    }

    /// <summary>Brings a running site back to what its last start made it, but for peers that are down.</summary>
    /// <exception cref="OperationFailedException">It could not be done; what could not be changed is as it was.</exception>
    public UpkeepResult Upkeep(string name, PeerNews news)
    {
        InterfaceName.Check(name);
        SiteChecks.Root("weft watch");
        return Translated(() =>
        {
            using IDisposable? held = _host.States.TryLock();
            if (held is null)
                return new UpkeepResult(UpkeepOutcome.Busy);
            if (_host.States.Read(name) is not { } state || state.Namespace != SiteHost.Namespace)
                return new UpkeepResult(UpkeepOutcome.Stopped);
            if (_host.States.ReadApplied(state) is not { } file)
                return new UpkeepResult(UpkeepOutcome.Stopped);
            StartResult result = new SiteStart(_host, file, new StartOptions { News = news }).Run();
            return new UpkeepResult(UpkeepOutcome.Done, result.Steps, result.Fault);
        });
    }

    /// <summary>Puts back what others removed or changed of a running site: as its last start made it, whatever its file says by now.</summary>
    /// <returns>The changes made; null when it does not run.</returns>
    /// <exception cref="OperationFailedException">It could not be done.</exception>
    public int? Repair(string name)
    {
        InterfaceName.Check(name);
        return Locked<int?>(
            "repair",
            () =>
            {
                if (Running(name) is not { } site)
                    return null;
                PeerNews news = new(site.Withdrawn, new Dictionary<PublicKey, IPEndPoint>());
                StartResult result = new SiteStart(_host, site.File, new StartOptions { News = news }).Run();
                return result.Fault is null ? result.Steps : throw result.Fault;
            }
        );
    }

    /// <summary>Notes the time now and then, for a boot at which the clock is wrong.</summary>
    public void NoteTime() => _host.Clock.NoteSeldom();

    /// <summary>Starts the watcher of a site that runs and has none; one that does not run gets no reviver any more.</summary>
    /// <exception cref="OperationFailedException">It cannot be found out.</exception>
    public void ReviveWatcher(string name)
    {
        if ((Running(name) ?? Remembered(name)) is { } site)
            _host.Watchers.Ensure(
                site.File,
                _host.States.WatchFolderOf(name),
                _host.States.ReadTrial(name) is not null
            );
        else
            _host.Watchers.Retire(name);
    }

    /// <summary>
    /// A site that runs although <c>/run</c> knows nothing of it: its interface bears the mark of a file that stands where such
    /// a file is looked for. Its state is written anew.
    /// </summary>
    RunningSite? Remembered(string name)
    {
        if (
            _host.Netlink.FindLink(name) is not { } link
            || !Ownership.IsOurAlias(link.Alias)
            || Find(name) is not { } file
        )
            return null;
        if (!Ownership.IsMadeFrom(link.Alias, file.Text))
        {
            _host.Reporting.Warning(
                $"{name} runs, but not by {file.Path} as it is now, and what it was made from is lost: start it anew"
            );
            return null;
        }
        return Locked(
            "watch",
            () =>
            {
                if (Running(name) is null)
                    new SiteStart(_host, file, new StartOptions()).Run();
                return Running(name);
            }
        );

        static SiteFile? Find(string name)
        {
            try
            {
                return SiteFile.Read(SiteFile.Locate(name), _ => { });
            }
            catch (Exception e) when (e is OperationFailedException or FaultyFileException)
            {
                return null;
            }
        }
    }

    /// <summary>Where the watcher of a site keeps its notes.</summary>
    public WatchFolder WatchFolderOf(string name)
    {
        InterfaceName.Check(name);
        return _host.States.WatchFolderOf(name);
    }

    /// <summary>The file that a stop of the site removes first.</summary>
    public string StateFileOf(string name) => _host.States.PathOf(name);
}
