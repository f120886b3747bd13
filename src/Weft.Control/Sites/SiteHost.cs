using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// The doors to this host that a start, a stop and a look at a site go through, wired once. Owned by a
/// <see cref="SiteRunner"/>; one thread.
/// </summary>
sealed class SiteHost : IDisposable
{
    internal SiteHost(DaemonCommand daemon, string stateFolder, Reporting reporting)
    {
        Reporting = reporting;
        Devices = new HostDevices(new UapiDevices(), new KernelDevices(reporting.Trace));
        Netlink = new RouteNetlink(reporting.Trace);
        Tools = new Tools(reporting.Trace);
        Firewall = new HostFirewall(Tools);
        Inspector = new HostInspector(Netlink, Firewall);
        NameServers = new HostNameServers(Tools, reporting);
        Dns = new HostDns(Tools, reporting);
        States = new SiteStateFolder(stateFolder, reporting);
        Userspace = new UserspaceEngine(daemon, Netlink, Devices, reporting);
        Kernel = new KernelEngine(Netlink, Tools, reporting);
        Clock = new HostClock(reporting);
        Watchers = new WatcherService(Tools, DaemonCommand.OwnWatcher, reporting);
    }

    internal Reporting Reporting { get; }

    internal IDeviceControl Devices { get; }

    internal RouteNetlink Netlink { get; }

    internal Tools Tools { get; }

    internal HostFirewall Firewall { get; }

    internal HostInspector Inspector { get; }

    internal HostNameServers NameServers { get; }

    internal HostDns Dns { get; }

    internal SiteStateFolder States { get; }

    internal UserspaceEngine Userspace { get; }

    internal KernelEngine Kernel { get; }

    internal HostClock Clock { get; }

    internal WatcherService Watchers { get; }

    /// <summary>This process's network namespace, as <c>readlink /proc/self/ns/net</c> prints it.</summary>
    internal static string Namespace => new FileInfo("/proc/self/ns/net").LinkTarget ?? "";

    /// <summary>
    /// This is the network namespace of the first process, in which cron, systemd and the services that they start work.
    /// </summary>
    internal static bool IsInMainNamespace
    {
        get
        {
            try
            {
                return new FileInfo("/proc/1/ns/net").LinkTarget == Namespace;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    internal StepRunner NewRunner() => new(Netlink, Devices, Firewall, Reporting);

    /// <summary>Runs the user's hooks, <c>%i</c> standing for the interface.</summary>
    /// <exception cref="OperationFailedException">One of them failed; its status is the hook's.</exception>
    internal void RunHooks(string key, IEnumerable<string> hooks, string name)
    {
        foreach (string hook in hooks)
        {
            string command = hook.Replace("%i", name, StringComparison.Ordinal);
            Reporting.Step(command);
            int status = Tools.RunHook(command);
            if (status != 0)
            {
                throw new OperationFailedException(
                    $"{name}: {key} ended with status {status}: {command}",
                    "Run the command by hand to see why, or take it out of the file."
                )
                {
                    Status = status,
                };
            }
        }
    }

    /// <summary>Runs hooks that may have nothing to do any more; what one of them fails with is a warning.</summary>
    internal void TryHooks(string key, IEnumerable<string> hooks, string name)
    {
        foreach (string hook in hooks)
        {
            try
            {
                RunHooks(key, [hook], name);
            }
            catch (OperationFailedException e)
            {
                Reporting.Warning(e.Message);
            }
        }
    }

    public void Dispose() => Netlink.Dispose();
}
