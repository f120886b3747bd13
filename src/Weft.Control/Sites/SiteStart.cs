using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// One start of a site: from whatever state the host is in to the state that the file wants. It looks, checks all that can
/// be checked, and only then changes; a change that fails takes back those before it.
/// </summary>
sealed class SiteStart(SiteHost host, SiteFile file, StartOptions options)
{
    // Taking an address away can take routes along, so the host is looked at again after a change; twice settles it.
    const int Rounds = 3;

    readonly string _name = file.Interface;
    readonly StepRunner _runner = host.NewRunner();

    InterfaceSection Interface => file.Config.Interface;

    /// <exception cref="OperationFailedException">It could not be done; the host is as it was.</exception>
    internal StartResult Run()
    {
        Link? link = host.Netlink.FindLink(_name);
        if (options.MustBeNew && link is not null)
            throw new OperationFailedException(
                $"'{_name}' already exists",
                $"Take it down first: wg-quick down {_name}."
            );
        DeviceStatus? device = host.Devices.Find(_name);
        SiteChecks.Place(_name, link, device, UapiSocket.PathOf(_name));
        bool isNew = link is null || device is null;
        if (isNew && options.Engine == Engine.Userspace)
            UserspaceEngine.CheckHost();
        if (!isNew)
            SiteChecks.Engine(options.Engine, _name, EngineOf(link!));
        SiteChecks.Port(file, device);
        SiteState? known = host.States.Read(_name);
        ImmutableArray<string> left = isNew && options.JoinNetworks ? known?.PostDown ?? [] : [];
        if (isNew && !(Interface.PreUp.IsEmpty && left.IsEmpty))
        {
            // What is in the way is said before a hook runs; names wait for what it may do for them.
            Prepare(link, device, known, ImmutableDictionary<PublicKey, IPEndPoint>.Empty);
            // The device went and nobody stopped the site: what PostUp made stands still, and would be made twice.
            host.TryHooks("PostDown", left, _name);
            host.RunHooks("PreUp", Interface.PreUp, _name);
        }
        host.NameServers.Mend(_name, isNew);
        // A watcher looks names up beside its work; a device that is made anew needs them all.
        IReadOnlyDictionary<PublicKey, IPEndPoint> endpoints =
            isNew || options.News is null ? Endpoints(known, device) : options.News.Endpoints;
        Preparation ready = Prepare(link, device, known, endpoints);
        if (ready.Wanted.Addresses.Length < Interface.Addresses.Length)
            host.Reporting.Warning(
                $"{file.Path}: this kernel has no IPv6, so its IPv6 addresses and routes are left out"
            );
        foreach (TunnelGuard guard in ready.Wanted.Guards.Where(g => !ready.Actual.Firewall.CanGuard(g.IsIPv6)))
            host.Reporting.Warning(
                $"neither nft nor iptables: a strict reverse-path filter may drop {(guard.IsIPv6 ? "IPv6" : "IPv4")} packets"
            );
        foreach (LanMap map in ready.Wanted.Maps.Where(m => !ready.Actual.Firewall.CanGuard(IsIPv6(m))))
            host.Reporting.Warning(
                $"neither nft nor iptables: {map} cannot be mapped, and the other sites do not reach it"
            );
        if (!isNew && ready.Steps.IsEmpty && ready.Around.IsEmpty)
        {
            WriteState(ready.State);
            WriteApplied(known);
            Name(ready.Names);
            return new StartResult(_name, false, _runner.Count) { Fault = ready.Fault };
        }
        Change(ready, known, isNew, link);
        Name(ready.Names);
        return new StartResult(_name, isNew, _runner.Count) { Fault = ready.Fault };
    }

    static bool IsIPv6(LanMap map) => map.Real.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>What a start would change now of a site that runs, but for where its peers are. Changes nothing.</summary>
    /// <exception cref="OperationFailedException">Something is in the way.</exception>
    internal ImmutableArray<HostStep> Missing(Link link, DeviceStatus device)
    {
        IReadOnlyDictionary<PublicKey, IPEndPoint> nowhere = ImmutableDictionary<PublicKey, IPEndPoint>.Empty;
        Preparation ready = Prepare(link, device, host.States.Read(_name), nowhere);
        return [.. ready.Steps, .. ready.Around];
    }

    /// <summary>Looks at the host and works out what to do. Changes nothing.</summary>
    /// <exception cref="OperationFailedException">Something is in the way.</exception>
    Preparation Prepare(
        Link? link,
        DeviceStatus? device,
        SiteState? known,
        IReadOnlyDictionary<PublicKey, IPEndPoint> endpoints
    )
    {
        // An interface that is yet to come is planned for as if it stood there empty, to find what is in its way.
        Link imagined = new() { Index = -1, Name = _name };
        DeviceStatus empty = new() { Name = _name };
        bool isNew = link is null || device is null;
        HostState actual = host.Inspector.Look(link, device ?? empty, []) with
        {
            Link = link ?? imagined,
            NameServerKeeper = Interface.Dns.IsEmpty ? null : host.NameServers.Keeper(),
            NameServers = host.NameServers.Standing(_name, known, isNew),
        };
        int mtu = Interface.Mtu ?? UsualMtu(endpoints.Values, device);
        SiteChecks.File(file, options, mtu);
        ImmutableHashSet<PublicKey> withdrawn = Withdrawn(known, isNew);
        NamesPlan names = options.JoinNetworks
            ? host.Dns.Plan(file.Config, _name, known?.NamesPlace, isWatcher: options.News is not null)
            : NamesPlan.Nothing;
        WantedState wanted = new WantedSite(file, options, actual, withdrawn).State(endpoints, mtu);
        OperationFailedException? fault = null;
        // A person is told before anything is changed; a watcher sees to the rest all the same.
        if (options.News is not null)
            wanted = HostPlan.PassOver(wanted, actual, out fault);
        ImmutableArray<HostStep> around = HostPlan.Surroundings(wanted, actual);
        ImmutableArray<Sysctl> restore = known?.Restore ?? Ownership.Remembered(link?.Alias ?? "");
        SiteState state = State(restore, wanted, actual, around) with
        {
            Engine = link is null ? "" : EngineOf(link),
            NamesPlace = names.Place,
            Withdrawn = [.. withdrawn.Select(k => k.ToString()).Order(StringComparer.Ordinal)],
        };
        wanted = wanted with { Alias = Ownership.Alias(options.JoinNetworks ? file.Text : null, state.Restore) };
        ImmutableArray<HostStep> steps = HostPlan.Interface(wanted, actual);
        return new Preparation(wanted, actual, steps, around, names, state, fault);
    }

    /// <param name="Wanted">What the file asks for.</param>
    /// <param name="Actual">What is.</param>
    /// <param name="Steps">To the interface.</param>
    /// <param name="Around">To the rest of the host.</param>
    /// <param name="Names">To the names, when all else is done.</param>
    /// <param name="State">To remember.</param>
    /// <param name="Fault">What a watcher passes over.</param>
    sealed record Preparation(
        WantedState Wanted,
        HostState Actual,
        ImmutableArray<HostStep> Steps,
        ImmutableArray<HostStep> Around,
        NamesPlan Names,
        SiteState State,
        OperationFailedException? Fault
    );

    void Change(Preparation ready, SiteState? known, bool isNew, Link? link)
    {
        bool done = false;
        try
        {
            // Before the first change, so that a stop knows what to put back even if this process is killed.
            WriteState(ready.State);
            if (isNew)
            {
                // One of ours that nobody serves: its process hangs, or it would have gone along.
                if (link is not null)
                    host.Userspace.Stop(_name, link);
                WriteState(ready.State with { Engine = EngineOf(StartEngine()) });
            }
            Converge(ready.Wanted, ready.Actual);
            _runner.Run(ready.Around);
            if (isNew)
                host.RunHooks("PostUp", Interface.PostUp, _name);
            WriteApplied(known);
            if (isNew && options.JoinNetworks)
                host.Clock.TryNote();
            done = true;
            if (
                !isNew
                && ready
                    .Steps.OfType<ChangeDevice>()
                    .Any(s => s.Change is { PrivateKey: not null } or { ListenPort: not null })
            )
                Knock.On(file.Config);
        }
        finally
        {
            if (!done)
                TakeBack(isNew, ready, known);
        }
    }

    /// <summary>A tunnel without names is worth more than none, so nothing of this fails a start.</summary>
    void Name(NamesPlan names)
    {
        foreach (NamesChange change in names.Changes)
        {
            try
            {
                _runner.Run([new ChangeNames(_name, change)]);
            }
            catch (OperationFailedException e)
            {
                host.Dns.Refuse(change.Wanted);
                host.Reporting.Warning(e.Remedy is null ? e.Message : $"{e.Message}. {e.Remedy}");
            }
        }
    }

    int UsualMtu(IEnumerable<IPEndPoint> endpoints, DeviceStatus? device)
    {
        if (options.DiscoverMtu)
            return PathMtu.Of(host.Netlink, endpoints);
        IEnumerable<IPEndPoint> current = device?.Peers.Select(p => p.Endpoint).OfType<IPEndPoint>() ?? [];
        uint mark = device?.FirewallMark ?? Interface.FirewallMark ?? 0;
        return PathMtu.Fitting(host.Netlink, _name, endpoints.Concat(current), mark);
    }

    /// <summary>A watcher withdraws a dead peer's routes even where its notes cannot be kept; a start would not be undone.</summary>
    void WriteState(SiteState state)
    {
        try
        {
            host.States.Write(state);
        }
        catch (Exception e) when (options.News is not null && (e is IOException or UnauthorizedAccessException))
        {
            host.Reporting.Warning(e.Message);
        }
    }

    /// <summary>Interfaces that wg-quick sets up are nobody's to watch; a watcher puts back what is kept already.</summary>
    void WriteApplied(SiteState? known)
    {
        bool isKept = options.News is not null && known is not null && host.States.ReadApplied(known) is not null;
        if (options.JoinNetworks && !isKept)
            host.States.WriteApplied(file);
    }

    /// <summary>The links that are down: as a watcher says, or as one last said if the interface is the same.</summary>
    ImmutableHashSet<PublicKey> Withdrawn(SiteState? known, bool isNew)
    {
        if (options.News is { } news)
            return [.. news.Down];
        HashSet<string> down = [.. isNew ? [] : known?.Withdrawn ?? []];
        return [.. SiteLink.Of(file.Config).Select(l => l.Key).Where(k => down.Contains(k.ToString()))];
    }

    /// <summary>Makes the interface: by the kernel if that may and can be, else by the userspace device.</summary>
    Link StartEngine()
    {
        if (options.Engine != Engine.Userspace)
        {
            if (host.Kernel.TryStart(_name, out string why) is { } made)
            {
                host.Clock.RaiseForKernel(file.Path);
                return made;
            }
            if (options.Engine == Engine.Kernel)
            {
                throw new OperationFailedException(
                    $"{_name}: the kernel's WireGuard cannot be had: {why}",
                    "Leave --engine out, or say --engine userspace: it needs nothing from the kernel but /dev/net/tun."
                );
            }
            host.Reporting.Notice($"the kernel's WireGuard cannot be had ({why}): running our own, in user space");
            UserspaceEngine.CheckHost();
        }
        return host.Userspace.Start(_name, host.Clock.FloorForDevice(file.Path));
    }

    static string EngineOf(Link link) => link.Kind == KernelDevices.LinkKind ? "kernel" : "userspace";

    void Converge(WantedState wanted, HostState actual)
    {
        for (int round = 0; round < Rounds; round++)
        {
            Link link =
                host.Netlink.FindLink(_name)
                ?? throw new OperationFailedException(
                    $"{_name} went away while it was being set up",
                    $"Did somebody stop it? Else run its device in front: weft device {_name} --foreground."
                );
            actual = host.Inspector.LookAgain(actual, link, host.Devices.Get(_name));
            ImmutableArray<HostStep> steps = HostPlan.Interface(wanted, actual);
            if (steps.IsEmpty)
                return;
            _runner.Run(steps);
        }
    }

    void TakeBack(bool isNew, Preparation ready, SiteState? known)
    {
        SiteState state = ready.State;
        host.Reporting.Trace("failed; taking back what was done");
        if (isNew)
        {
            try
            {
                Link? link = host.Netlink.FindLink(_name);
                // A watcher tries again at its next look: the site is still meant to run.
                bool forget = options.News is null;
                // Nothing is asked of resolvconf that was not asked for.
                SiteState made =
                    _runner.Has<ChangeNameServers>() || known is not null ? state : state with { NameServers = [] };
                new SiteStop(host, _name, null, anyOwner: true).TakeAway(link, made, engine: true, forget);
                if (!forget && known is not null)
                    host.States.Write(known);
            }
            catch (Exception e)
                when (e is OperationFailedException or NetlinkException or IOException or UnauthorizedAccessException)
            {
                // The failure that brought us here is the one to report.
                host.Reporting.Warning(e.Message);
            }
            return;
        }
        _runner.TakeBack();
        // An address that was taken away took routes along, of which no step knows.
        _runner.PutBack(_name, ready.Actual.Routes.Where(r => r.LinkIndex == ready.Actual.Link?.Index));
        try
        {
            if (known is not null)
                host.States.Write(known);
            else
                host.States.Remove(_name, isWatcher: options.News is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            host.Reporting.Warning(e.Message);
        }
    }

    Dictionary<PublicKey, IPEndPoint> Endpoints(SiteState? known, DeviceStatus? device)
    {
        if (options.Lookup is { } lookup)
        {
            return file
                .Config.Peers.Where(p => p.Endpoint is not null)
                .GroupBy(p => p.PublicKey)
                .ToDictionary(g => g.Key, g => lookup(g.Last().Endpoint!));
        }
        EndpointChoice choice = new(
            known?.Endpoints ?? ImmutableSortedDictionary<string, string>.Empty,
            device,
            DateTimeOffset.UtcNow.ToUnixTimeSeconds()
        );
        Dictionary<PublicKey, IPEndPoint> endpoints = [];
        foreach (ResolvedEndpoint resolved in EndpointResolver.Resolve(file.Config.Peers.Where(choice.Wants)))
        {
            PeerSection peer = resolved.Peer;
            ImmutableArray<IPEndPoint> addresses = resolved.Addresses;
            if (resolved.Fault is { } fault)
            {
                string dialled = peer.Endpoint!.Host;
                string who = peer.Site == dialled ? "" : $"{peer.Site ?? peer.PublicKey.ToString()}: ";
                string said = $"{who}{dialled} does not resolve: {fault}";
                if (EndpointMemory.Read(_name, host.Reporting.Warning).Find(peer) is { } last && !choice.HasAny(peer))
                {
                    addresses = [last];
                    said += $"; dialled where it answered last, {last}";
                }
                host.Reporting.Warning(said);
            }
            if (choice.Pick(peer.PublicKey, addresses) is { } address)
                endpoints[peer.PublicKey] = address;
        }
        return endpoints;
    }

    SiteState State(
        ImmutableArray<Sysctl> before,
        WantedState wanted,
        HostState actual,
        ImmutableArray<HostStep> around
    )
    {
        // Ours to put back are settings that we change now or changed before, with what they were at first. Last
        // changed, first put back.
        IEnumerable<Sysctl> now = around
            .OfType<SetSysctl>()
            .Where(s => !before.Any(b => b.Key == s.New.Key))
            .Select(s => s.New with { Value = s.Old })
            .Reverse();
        return new SiteState
        {
            Name = _name,
            File = file.Path,
            Namespace = SiteHost.Namespace,
            Engine = "",
            Endpoints = file
                .Config.Peers.Where(p => p.Endpoint is not null)
                .GroupBy(p => p.PublicKey.ToString())
                .ToImmutableSortedDictionary(g => g.Key, g => g.Last().Endpoint!.ToString(), StringComparer.Ordinal),
            Addresses = [.. wanted.Addresses.Select(a => a.ToString())],
            Restore = [.. now, .. before],
            Needs = [.. wanted.Sysctls.Select(s => s.Key)],
            NameServers = wanted.NameServers?.Entries ?? [],
            NameServerKeeper = actual.NameServerKeeper?.Name,
            PreDown = Interface.PreDown,
            PostDown = Interface.PostDown,
        };
    }
}
