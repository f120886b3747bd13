using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>Starts and ends the userspace device of an interface. The device is a process of its own and outlives this one.</summary>
sealed class UserspaceEngine(DaemonCommand daemon, RouteNetlink netlink, IDeviceControl devices, Reporting reporting)
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    /// <summary>Refuses early, with nothing changed, where the device could not run.</summary>
    /// <exception cref="OperationFailedException">There is no TUN driver.</exception>
    internal static void CheckHost()
    {
        if (!File.Exists("/dev/net/tun"))
        {
            throw new OperationFailedException(
                "/dev/net/tun is not there, so no tunnel interface can be made",
                "Load the driver (modprobe tun); in a container, pass the device in (--device /dev/net/tun)."
            );
        }
    }

    /// <summary>Starts the device and returns once the interface is there and the device answers.</summary>
    /// <param name="name">Of the interface.</param>
    /// <param name="notBefore">A floor under the times of its handshakes; null where the clock is right.</param>
    /// <exception cref="OperationFailedException">It did not come up.</exception>
    internal Link Start(string name, DateTimeOffset? notBefore)
    {
        ProcessStartInfo start = daemon.For(name);
        if (notBefore is { } floor && daemon.IsOwn)
        {
            start.ArgumentList.Add(DaemonCommand.NotBefore);
            start.ArgumentList.Add(floor.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }
        reporting.Step(string.Join(' ', [Path.GetFileName(daemon.Program), .. start.ArgumentList]));
        string? complaint = daemon.IsOwn
            ? DaemonStart.OfOurs(start, s_patience)
            : DaemonStart.OfOthers(start, s_patience);
        if (complaint is not null)
            throw NotUp(name, complaint);
        return netlink.FindLink(name) is { } link && devices.Find(name) is not null
            ? link
            : throw NotUp(name, "said that it is up, but does not answer");
    }

    /// <summary>Ends the device: it goes with its interface, or with its socket where the interface is out of reach.</summary>
    internal void Stop(string name, Link? link)
    {
        if (link is not null)
        {
            reporting.Step($"ip link del {name}");
            Delete(link);
        }
        string socket = UapiSocket.PathOf(name);
        // It removes its socket as it goes.
        for (int i = 0; i < 100 && link is not null && File.Exists(socket); i++)
            Thread.Sleep(20);
        if (File.Exists(socket))
        {
            reporting.Step($"rm {socket}");
            File.Delete(socket);
        }
    }

    /// <summary>Ends a device that answers nobody, whoever runs it: it would keep its port from the next one.</summary>
    internal void Kill(string name)
    {
        if (TunHolders.Find(name) is not { } holder)
            return;
        reporting.Step($"kill -9 {holder.Id} ({holder.Program})");
        try
        {
            using Process process = Process.GetProcessById(holder.Id);
            process.Kill();
            process.WaitForExit(s_patience);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It ended by itself, or is not ours to end; then its interface is taken from it.
        }
    }

    /// <summary>Removes the folder of the sockets if nothing is in it, whoever left it: the next device makes it again.</summary>
    internal static void TidyFolder()
    {
        if (Directory.Exists(UapiDevices.Folder) && !Directory.EnumerateFileSystemEntries(UapiDevices.Folder).Any())
            Directory.Delete(UapiDevices.Folder);
    }

    void Delete(Link link)
    {
        try
        {
            netlink.DeleteLink(link);
        }
        catch (NetlinkException e) when (e.IsAbsent)
        {
            // Its device went meanwhile and took it along.
        }
    }

    OperationFailedException NotUp(string name, string how) =>
        new(
            $"{name}: {(daemon.IsOwn ? "the userspace device" : daemon.Program)} {how}",
            daemon.IsOwn ? $"Run it in front to see more: weft device {name} --foreground." : null
        );
}
