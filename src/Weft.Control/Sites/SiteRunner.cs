using System.Net;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// Starts, stops and describes sites on this host. One process at a time changes anything; every method may be called
/// any number of times. Works in the network namespace of the thread that made it; one thread.
/// </summary>
public sealed partial class SiteRunner : IDisposable
{
    const string StateFolder = "/run/weft";

    readonly SiteHost _host;

    /// <summary>A site runs on this host, in whatever network namespace.</summary>
    internal static bool AnyRuns => !new SiteStateFolder(StateFolder, Reporting.Silent).ReadAll().IsEmpty;

    public SiteRunner(Reporting reporting)
        : this(reporting, DaemonCommand.OwnDevice, StateFolder) { }

    /// <summary>With another program for the userspace device.</summary>
    public SiteRunner(Reporting reporting, DaemonCommand daemon)
        : this(reporting, daemon, StateFolder) { }

    /// <summary>With another folder too, for tests.</summary>
    internal SiteRunner(Reporting reporting, DaemonCommand daemon, string stateFolder) =>
        _host = new SiteHost(daemon, stateFolder, reporting);

    /// <summary>Brings the host from whatever state it is in to the state that the file wants.</summary>
    /// <exception cref="OperationFailedException">It could not be done; the host is as it was.</exception>
    public StartResult Start(SiteFile file, StartOptions options)
    {
        WaitForClock(file, options);
        return Locked("start", () => Settled(file, options, new SiteStart(_host, file, options).Run()));
    }

    /// <summary>As a start, but what it makes holds only if it is confirmed within a time. See docs/watch.md.</summary>
    /// <exception cref="OperationFailedException">It could not be done; the host is as it was.</exception>
    public StartResult StartOnTrial(SiteFile file, StartOptions options, TimeSpan limit) =>
        Locked("start", () => Watched(file, options, new SiteTrial(_host, file.Interface).Begin(file, options, limit)));

    /// <summary>Keeps what is on trial.</summary>
    /// <returns>False when nothing is.</returns>
    /// <exception cref="OperationFailedException">It came too late.</exception>
    public bool Confirm(string name)
    {
        InterfaceName.Check(name);
        return Locked("confirm", () => new SiteTrial(_host, name).Confirm());
    }

    /// <summary>How long a trial is still on; null when there is none.</summary>
    public TimeSpan? TrialLeft(string name) => new SiteTrial(_host, name).Left;

    /// <summary>Ends a trial whose time is over.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="isWatcher">The site's own watcher asks.</param>
    /// <returns>Where the text that was tried stands; null when nothing was over, or somebody is at work on it.</returns>
    /// <exception cref="OperationFailedException">The old state cannot be had; the trial stays, to be ended later.</exception>
    public string? GoBackIfOver(string name, bool isWatcher) =>
        Translated(() =>
        {
            // Only then is the lock worth taking: it is looked at with every check.
            if (TrialLeft(name) != TimeSpan.Zero)
                return null;
            using IDisposable? held = _host.States.TryLock();
            return held is null ? null : new SiteTrial(_host, name).GoBackIfOver(isWatcher);
        });

    /// <summary>Takes away all that is Weft's of an interface, also after a crash.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="file">The site's file, for its hooks; null when it cannot be had.</param>
    /// <param name="anyOwner">Also a WireGuard interface that Weft did not start.</param>
    /// <returns>False when there was nothing to take away.</returns>
    /// <exception cref="OperationFailedException">The interface is not ours, or something could not be taken away.</exception>
    public bool Stop(string name, SiteFile? file = null, bool anyOwner = false)
    {
        InterfaceName.Check(name);
        return Locked("stop", () => new SiteStop(_host, name, file, anyOwner).Run());
    }

    /// <summary>
    /// Stops and starts it, for whatever a start alone does not renew: the device's process and its sessions. Where the
    /// start fails, what ran before is started again: it may be the only way to this host.
    /// </summary>
    /// <exception cref="OperationFailedException">It could not be done.</exception>
    public StartResult Restart(SiteFile file, StartOptions options) =>
        Locked(
            "restart",
            () =>
            {
                SiteFile? before = _host.States.Read(file.Interface) is { } state
                    ? _host.States.ReadApplied(state)
                    : null;
                StopForRestart(file);
                try
                {
                    return Translated(() => Settled(file, options, new SiteStart(_host, file, options).Run()));
                }
                catch (OperationFailedException e) when (before is not null)
                {
                    _host.Reporting.Warning($"{e.Message}; going back to what ran before");
                    StartOptions any = new();
                    _ = Watched(before, any, new SiteStart(_host, before, any).Run());
                    throw new OperationFailedException(
                        $"{file.Interface} runs as it did before, since its start failed",
                        e.Remedy,
                        e
                    );
                }
            }
        );

    /// <summary>What could not be taken away is no reason to leave the site down: the start takes it over.</summary>
    void StopForRestart(SiteFile file)
    {
        try
        {
            new SiteStop(_host, file.Interface, file, anyOwner: false).Run();
        }
        catch (OperationFailedException e) when (_host.Netlink.FindLink(file.Interface) is null)
        {
            _host.Reporting.Warning(e.Message);
        }
    }

    /// <summary>How it is doing; null when there is no such interface.</summary>
    /// <exception cref="OperationFailedException">It cannot be found out.</exception>
    public SiteStatus? Status(string name)
    {
        InterfaceName.Check(name);
        SiteChecks.Root("weft status");
        return Translated(() => SiteStatusReader.Read(_host, name, DateTimeOffset.UtcNow));
    }

    /// <summary>Which way a packet goes now, and whether that is the one that the sites' files have for it.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="from">Its source, this host's or not; null for packets of this host itself.</param>
    /// <param name="file">A site to go by although it may not run; null for none.</param>
    /// <param name="outage">What the watcher says of an interface's link, by key and name; null while it is up.</param>
    /// <exception cref="OperationFailedException">The question makes no sense, or it cannot be found out.</exception>
    public Way FindWay(
        IPAddress destination,
        IPAddress? from,
        SiteFile? file,
        Func<string, PublicKey, string, LinkOutage?> outage
    )
    {
        SiteChecks.Root("weft route");
        return Translated(() => new WayFinder(_host, outage).Find(destination, from, file, DateTimeOffset.UtcNow));
    }

    /// <summary>All that can be found out about a site by looking; changes nothing. Names are waited for, for 5 s at most.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="path">Where its file is if it does not run; null when there is none.</param>
    /// <exception cref="OperationFailedException">It cannot be found out.</exception>
    public SiteExamination Examine(string name, string? path)
    {
        InterfaceName.Check(name);
        SiteChecks.Root("weft doctor");
        return Translated(() => new SiteExaminer(_host, name).Examine(path, [EndpointMemory.PathOf(name)]));
    }

    /// <summary>What a site's device says; null when there is none.</summary>
    /// <exception cref="OperationFailedException">It cannot be found out.</exception>
    public DeviceStatus? Device(string name)
    {
        InterfaceName.Check(name);
        return Translated(() => _host.Devices.Find(name));
    }

    /// <summary>The file that would make the interface what it is now.</summary>
    /// <param name="file">The file as it is, for what the interface does not hold.</param>
    /// <exception cref="OperationFailedException">There is no such WireGuard interface.</exception>
    public SiteConfig ReadBack(SiteFile file)
    {
        SiteChecks.Root("wg-quick save");
        return Translated(() =>
            _host.Netlink.FindLink(file.Interface) is { } link && _host.Devices.Find(file.Interface) is { } device
                ? SiteSnapshot.Of(file.Config, device, link, _host.Netlink.Addresses(link))
                : throw new OperationFailedException($"'{file.Interface}' is not a WireGuard interface", null)
        );
    }

    /// <summary>A start ends a trial: what it made real is the file on the disk, which is the state of before.</summary>
    StartResult Settled(SiteFile file, StartOptions options, StartResult result)
    {
        if (options.JoinNetworks)
            _host.States.RemoveTrial(file.Interface);
        return Watched(file, options, result);
    }

    /// <summary>Under the lock still, so that no stop comes between the start and its watcher.</summary>
    StartResult Watched(SiteFile file, StartOptions options, StartResult result)
    {
        if (options.JoinNetworks)
            _host.Watchers.Ensure(
                file,
                _host.States.WatchFolderOf(file.Interface),
                _host.States.ReadTrial(file.Interface) is not null
            );
        return result;
    }

    public void Dispose() => _host.Dispose();

    /// <summary>Before the lock: who stops a site meanwhile does not wait for it.</summary>
    void WaitForClock(SiteFile file, StartOptions options)
    {
        if (options.ClockPatience > TimeSpan.Zero && Running(file.Interface) is null)
            _host.Clock.Wait(file.Path, options.ClockPatience);
    }

    T Locked<T>(string what, Func<T> work)
    {
        SiteChecks.Root($"weft {what}");
        return Translated(() =>
        {
            using IDisposable held = _host.States.Lock();
            return work();
        });
    }

    static T Translated<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (NetlinkException e)
        {
            string? remedy = e.IsPermission ? "Run it as root, with CAP_NET_ADMIN in this network namespace." : null;
            throw new OperationFailedException(e.Message, remedy, e);
        }
        catch (DeviceNotFoundException e)
        {
            const string remedy = "Its process ended meanwhile; start it again.";
            throw new OperationFailedException(e.Message, remedy, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string? remedy = e.Message.Contains(StateFolder, StringComparison.Ordinal)
                ? $"Make {StateFolder} a place to write to, and run it again; what runs goes on."
                : null;
            throw new OperationFailedException(e.Message, remedy, e);
        }
    }
}
