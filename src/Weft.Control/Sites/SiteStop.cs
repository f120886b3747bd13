using System.Collections.Immutable;
using Weft.Config;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// One stop of a site: takes away what is Weft's and nothing else, by the marks that the objects themselves carry, so
/// that it needs neither the site's file nor its state nor a living device.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="name">The interface.</param>
/// <param name="file">The site's file, for its hooks if start left no word of them; null when it cannot be had.</param>
/// <param name="anyOwner">Take down any WireGuard interface of that name, as wg-quick does.</param>
sealed class SiteStop(SiteHost host, string name, SiteFile? file, bool anyOwner)
{
    /// <summary>The site's own watcher stops it, and does not wait for itself to end.</summary>
    internal bool IsWatcher { get; init; }

    /// <returns>False when there was nothing to take away.</returns>
    /// <exception cref="OperationFailedException">The interface is not ours, or something could not be taken away.</exception>
    internal bool Run()
    {
        Link? link = host.Netlink.FindLink(name);
        SiteState? state = host.States.Read(name);
        DeviceStatus? device = FindDevice(link, state, out bool hangs);
        Check(link, device, state);
        if (hangs)
            host.Userspace.Kill(name);
        // First of all, or cron might revive the watcher of what is half gone.
        if (!anyOwner || state is not null)
            host.Watchers.Retire(name);
        bool elsewhere = link is null && device is not null && state is null;
        string socket = UapiSocket.PathOf(name);
        bool engine = link is not null || (File.Exists(socket) && !elsewhere);
        if (engine)
            host.RunHooks("PreDown", Hooks(state?.PreDown, file?.Config.Interface.PreDown), name);
        if (anyOwner && link is not null && device is not null && file is { Config.Interface.SaveConfig: true })
        {
            host.Reporting.Step($"write {file.Path}");
            // As the hook left them.
            Link now = host.Netlink.FindLink(name) ?? link;
            device = host.Devices.Find(name) ?? device;
            file.Save(SiteSnapshot.Of(file.Config, device, now, host.Netlink.Addresses(now)));
        }
        int steps = TakeAway(link, state, engine, forget: true, anyOwner ? device?.FirewallMark ?? 0 : 0);
        if (engine && !anyOwner)
            host.Clock.TryNote();
        ImmutableArray<string> after = Hooks(state?.PostDown, file?.Config.Interface.PostDown);
        if (engine)
            host.RunHooks("PostDown", after, name);
        else if (state is not null)
            host.TryHooks("PostDown", after, name);
        return engine || steps > 0 || state is not null;
    }

    /// <summary>What the device says; null when it is gone, or is ours and says nothing.</summary>
    /// <param name="hangs">Its process is there and does not answer.</param>
    DeviceStatus? FindDevice(Link? link, SiteState? state, out bool hangs)
    {
        hangs = false;
        try
        {
            return host.Devices.Find(name);
        }
        catch (OperationFailedException e)
            when (link is { Kind: "tun" } && (state is not null || Ownership.IsOurAlias(link.Alias)))
        {
            host.Reporting.Warning($"{e.Message}, so it is ended by force");
            hangs = true;
            return null;
        }
    }

    /// <summary>Takes all away, hooks apart; the number of changes beside the interface itself.</summary>
    /// <param name="link">The interface, if it is there.</param>
    /// <param name="state">What start remembered.</param>
    /// <param name="engine">There is an interface, or the socket of its device.</param>
    /// <param name="forget">The state goes too.</param>
    /// <param name="mark">Of the device, where rules for it that others made go too; else 0.</param>
    /// <exception cref="OperationFailedException">Something could not be taken away; what could is gone.</exception>
    internal int TakeAway(Link? link, SiteState? state, bool engine, bool forget, uint mark = 0)
    {
        if (engine)
            host.Userspace.Stop(name, link);
        UserspaceEngine.TidyFolder();
        int steps = RemoveRest(state, state?.Restore ?? Ownership.Remembered(link?.Alias ?? ""), engine, mark);
        if (forget)
            host.States.Remove(name, IsWatcher);
        return steps;
    }

    /// <summary>Those that belong to the hooks that start ran; wg-quick's users expect those of the file as it is.</summary>
    ImmutableArray<string> Hooks(ImmutableArray<string>? atStart, ImmutableArray<string>? now) =>
        (anyOwner ? now ?? atStart : atStart ?? now) ?? [];

    void Check(Link? link, DeviceStatus? device, SiteState? state)
    {
        if (state is not null && state.Namespace != SiteHost.Namespace && device is not null && link is null)
        {
            throw new OperationFailedException(
                $"{name} was started in another network namespace ({state.Namespace})",
                "Stop it there (ip netns exec …)."
            );
        }
        if (link is null)
            return;
        bool wireGuard = device is not null || link.Kind == KernelDevices.LinkKind;
        if (state is not null || Ownership.IsOurAlias(link.Alias) || (anyOwner && wireGuard))
            return;
        throw anyOwner
            ? new OperationFailedException($"'{name}' is not a WireGuard interface", null)
            : new OperationFailedException(
                $"The interface {name} was not started by Weft, so it is left alone",
                $"If it is to go: ip link del {name}."
            );
    }

    /// <summary>The steps made; one that is refused does not hold up the rest.</summary>
    int RemoveRest(SiteState? state, ImmutableArray<Sysctl> settings, bool engine, uint mark)
    {
        ImmutableArray<Sysctl> restore = HandOver(state, settings);
        HostState actual = host.Inspector.Look(null, null, restore.Select(s => s.Key)) with
        {
            NameServers = host.NameServers.Standing(name, state, isNew: true, anyOwner && engine ? file : null),
        };
        StepRunner runner = host.NewRunner();
        List<string> faults = [];
        ImmutableArray<HostStep> steps = HostPlan.Stop(name, actual, restore, mark);
        // They stand in a file of others', which may be faulty.
        Try(() =>
            steps = [.. steps, .. host.Dns.Standing(name, state?.NamesPlace).Select(c => new ChangeNames(name, c))]
        );
        foreach (HostStep step in steps)
            Try(() => runner.Run([step]));
        Try(host.NameServers.Tidy);
        return faults.Count == 0
            ? steps.Length
            : throw new OperationFailedException(
                $"{name} is down, but not all of it could be removed: {string.Join("; ", faults)}",
                "Run stop again when that is settled."
            );

        void Try(Action change)
        {
            try
            {
                change();
            }
            catch (OperationFailedException e)
            {
                faults.Add(e.Message);
            }
        }
    }

    /// <summary>Settings to put back now. Those that another site still relies on become that site's to put back.</summary>
    ImmutableArray<Sysctl> HandOver(SiteState? state, ImmutableArray<Sysctl> settings)
    {
        if (settings.IsEmpty)
            return [];
        string place = state?.Namespace ?? SiteHost.Namespace;
        ImmutableArray<SiteState> others = host.States.ReadAll().RemoveAll(s => s.Name == name || s.Namespace != place);
        ImmutableArray<Sysctl> restore = [];
        foreach (Sysctl setting in settings)
        {
            int heir = others.IndexOf(others.FirstOrDefault(o => o.Needs.Contains(setting.Key))!);
            if (heir < 0)
            {
                restore = restore.Add(setting);
                continue;
            }
            SiteState richer = others[heir] with { Restore = others[heir].Restore.Add(setting) };
            host.States.Write(richer);
            others = others.SetItem(heir, richer);
        }
        return restore;
    }
}
