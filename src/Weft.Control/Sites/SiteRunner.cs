using System.Net;
using Weft.Config;
using Weft.Crypto;
using Weft.Linux;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>
/// Starts, stops and describes sites on this host. One process at a time changes anything; every method may be called
/// any number of times. Works in the network namespace of the thread that made it; one thread.
/// </summary>
public sealed class SiteRunner : IDisposable
{
    const string StateFolder = "/run/weft";

    readonly SiteHost _host;

    public SiteRunner(Reporting reporting)
        : this(reporting, DaemonCommand.Own, StateFolder) { }

    /// <summary>With another device program or folder, for tests.</summary>
    internal SiteRunner(Reporting reporting, DaemonCommand daemon, string stateFolder) =>
        _host = new SiteHost(daemon, stateFolder, reporting);

    /// <summary>Brings the host from whatever state it is in to the state that the file wants.</summary>
    /// <exception cref="OperationFailedException">It could not be done; the host is as it was.</exception>
    public StartResult Start(SiteFile file, StartOptions options) =>
        Locked("start", () => new SiteStart(_host, file, options).Run());

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

    /// <summary>Stops and starts it, for whatever a start alone does not renew: the device's process and its sessions.</summary>
    /// <exception cref="OperationFailedException">It could not be done.</exception>
    public StartResult Restart(SiteFile file, StartOptions options) =>
        Locked(
            "restart",
            () =>
            {
                new SiteStop(_host, file.Interface, file, anyOwner: false).Run();
                return new SiteStart(_host, file, options).Run();
            }
        );

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
    /// <param name="outage">What the watchdog says of an interface's peer; null while its link is up.</param>
    /// <exception cref="OperationFailedException">The question makes no sense, or it cannot be found out.</exception>
    public Way FindWay(
        IPAddress destination,
        IPAddress? from,
        SiteFile? file,
        Func<string, PublicKey, LinkOutage?> outage
    )
    {
        SiteChecks.Root("weft route");
        return Translated(() => new WayFinder(_host, outage).Find(destination, from, file, DateTimeOffset.UtcNow));
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

    public void Dispose() => _host.Dispose();

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
        catch (Exception e) when (e is KernelRefusedException or UnauthorizedAccessException)
        {
            throw new OperationFailedException(e.Message, null, e);
        }
    }
}
