using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
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
        ProcessStartInfo start = new(daemon.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in daemon.Arguments)
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add(name);
        if (notBefore is { } floor && daemon.IsOwn)
        {
            start.ArgumentList.Add(DaemonCommand.NotBefore);
            start.ArgumentList.Add(floor.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }
        reporting.Step(string.Join(' ', [Path.GetFileName(daemon.Program), .. start.ArgumentList]));
        StringBuilder errors = new();
        using Process process = new() { StartInfo = start };
        process.ErrorDataReceived += (_, line) => Collect(errors, line.Data);
        process.OutputDataReceived += (_, _) => { };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new OperationFailedException($"{name}: {daemon.Program} does not start: {e.Message}", null, e);
        }
        process.StandardInput.Close();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        // Not until its pipes end: a daemon may keep them.
        if (!process.WaitForExit(s_patience))
        {
            process.Kill();
            throw NotUp(name, $"did not report back within {s_patience.TotalSeconds:0} s", errors);
        }
        if (process.ExitCode != 0)
            throw NotUp(name, $"ended with status {process.ExitCode}", errors);
        return netlink.FindLink(name) is { } link && devices.Find(name) is not null
            ? link
            : throw NotUp(name, "said that it is up, but does not answer", errors);
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

    static void Collect(StringBuilder errors, string? line)
    {
        lock (errors)
        {
            if (line is not null && errors.Length < 4096)
                errors.AppendLine(line);
        }
    }

    static OperationFailedException NotUp(string name, string how, StringBuilder errors)
    {
        string said;
        lock (errors)
            said = errors.ToString().Trim();
        return new OperationFailedException(
            said.Length == 0 ? $"{name}: the userspace device {how}" : $"{name}: the userspace device {how}: {said}",
            $"Run it in front to see more: weft device {name} --foreground."
        );
    }
}
