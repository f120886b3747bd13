using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// Makes the steps of a <see cref="HostPlan"/> real and remembers them, so that a run that fails half-way can take back
/// what it did. One runner per run.
/// </summary>
sealed class StepRunner(RouteNetlink netlink, IDeviceControl devices, HostFirewall firewall, Reporting reporting)
{
    readonly Stack<HostStep> _done = new();

    /// <summary>Steps made so far and not taken back.</summary>
    internal int Count => _done.Count;

    /// <summary>A step of that kind was made and not taken back.</summary>
    internal bool Has<T>()
        where T : HostStep => _done.Any(s => s is T);

    /// <exception cref="OperationFailedException">A step was refused; those before it stand.</exception>
    internal void Run(IEnumerable<HostStep> steps)
    {
        foreach (HostStep step in steps)
        {
            reporting.Step(step.ToString());
            try
            {
                Make(step);
            }
            catch (NetlinkException e)
            {
                throw new OperationFailedException($"{step}: {e.Message}", Remedy(step, e), e);
            }
            _done.Push(step);
        }
    }

    /// <summary>Takes back every step, the last first. What cannot be taken back is reported, and the rest still is.</summary>
    internal void TakeBack()
    {
        while (_done.TryPop(out HostStep? step))
        {
            HostStep inverse = step.Inverse;
            reporting.Step(inverse.ToString());
            try
            {
                Make(inverse);
            }
            catch (Exception e) when (e is NetlinkException or OperationFailedException or DeviceNotFoundException)
            {
                reporting.Warning($"{inverse}: {e.Message}");
            }
        }
    }

    /// <summary>Adds the routes that are not there any more.</summary>
    internal void PutBack(string name, IEnumerable<Route> routes)
    {
        foreach (Route route in routes.Where(r => r.Protocol == Ownership.Protocol))
        {
            AddRoute step = new(name, route);
            try
            {
                Make(step);
                reporting.Step(step.ToString());
            }
            catch (NetlinkException e) when (e.IsPresent)
            {
                // It stayed.
            }
            catch (NetlinkException e)
            {
                reporting.Warning($"{step}: {e.Message}");
            }
        }
    }

    void Make(HostStep step)
    {
        switch (step)
        {
            case ChangeDevice s:
                devices.Set(s.Name, s.Change);
                break;
            case SetAlias s:
                netlink.SetLink(s.Link, new LinkChange { Alias = s.Alias });
                break;
            case SetMtu s:
                netlink.SetLink(s.Link, new LinkChange { Mtu = s.Mtu });
                break;
            case SetUp s:
                netlink.SetLink(s.Link, new LinkChange { IsUp = s.IsUp });
                break;
            case AddAddress s:
                netlink.AddAddress(s.Address);
                break;
            case RemoveAddress s:
                Gone(() => netlink.RemoveAddress(s.Address));
                break;
            case AddRoute s:
                netlink.AddRoute(s.Route);
                break;
            case RemoveRoute s:
                // An address that went a step before may have taken it along.
                Gone(() => netlink.RemoveRoute(s.Route));
                break;
            case AddRule s:
                netlink.AddRule(s.Rule);
                break;
            case RemoveRule s:
                Gone(() => netlink.RemoveRule(s.Rule));
                break;
            case ChangeFirewall s:
                firewall.Apply(s.Change);
                break;
            case ChangeNameServers { New: { } servers } s:
                s.Keeper.Set(s.Name, servers);
                break;
            case ChangeNameServers s:
                s.Keeper.Remove(s.Name);
                break;
            case ChangeNames s:
                s.Change.Keeper.Set(s.Name, s.Change.Wanted);
                break;
            case SetSysctl s:
                reporting.Trace($"write /proc/sys/{s.New.Key}: {s.New.Value}");
                s.New.Write();
                break;
            default:
                throw new InvalidOperationException($"No such step: {step.GetType().Name}");
        }
    }

    static void Gone(Action remove)
    {
        try
        {
            remove();
        }
        catch (NetlinkException e) when (e.IsAbsent)
        {
            // As wanted.
        }
    }

    static string? Remedy(HostStep step, NetlinkException e) =>
        step switch
        {
            _ when e.IsPermission => "Run it as root, with CAP_NET_ADMIN in this network namespace.",
            AddAddress { Address.Address.AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } =>
                "Is IPv6 switched off on this host? See 'sysctl net.ipv6.conf.all.disable_ipv6', or take the address out of the file.",
            AddRoute { Route: { } route } when e.IsPresent =>
                $"Somebody made that route meanwhile: ip route show {route.Destination}.",
            _ => null,
        };
}
