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
        ProcessStartInfo start = daemon.For(name);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        if (notBefore is { } floor && daemon.IsOwn)
        {
            start.ArgumentList.Add(DaemonCommand.NotBefore);
            start.ArgumentList.Add(floor.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }
        reporting.Step(string.Join(' ', [Path.GetFileName(daemon.Program), .. start.ArgumentList]));
        if (daemon.IsOwn)
            DaemonCommand.Detach(start);
        using Process process = Launch(name, start);
        process.StandardInput.Close();
        if (daemon.IsOwn)
            AwaitWord(name, process);
        else
            AwaitEnd(name, process);
        return netlink.FindLink(name) is { } link && devices.Find(name) is not null
            ? link
            : throw NotUp(name, "said that it is up, but does not answer", "");
    }

    Process Launch(string name, ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new OperationFailedException($"{name}: {daemon.Program} does not start: {e.Message}", null, e);
        }
    }

    /// <summary>Our own device says a word when it serves, and stays.</summary>
    static void AwaitWord(string name, Process process)
    {
        Task<string?> word = Task.Run(process.StandardOutput.ReadLine);
        Task<string> errors = Task.Run(process.StandardError.ReadToEnd);
        bool isLate = !word.Wait(s_patience);
        if (!isLate && word.Result == DaemonCommand.Ready)
            return;
        if (isLate)
            process.Kill();
        process.WaitForExit();
        throw NotUp(name, isLate ? Late : $"ended with status {process.ExitCode}", errors.Result);
    }

    /// <summary>Others go to the background by themselves, and what was started ends when they serve.</summary>
    static void AwaitEnd(string name, Process process)
    {
        StringBuilder errors = new();
        process.ErrorDataReceived += (_, line) => Collect(errors, line.Data);
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        // Not until its pipes end: a daemon may keep them.
        bool isLate = !process.WaitForExit(s_patience);
        if (!isLate && process.ExitCode == 0)
            return;
        if (isLate)
            process.Kill();
        string said;
        lock (errors)
            said = errors.ToString();
        throw NotUp(name, isLate ? Late : $"ended with status {process.ExitCode}", said);
    }

    static string Late => $"did not report back within {s_patience.TotalSeconds:0} s";

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

    static OperationFailedException NotUp(string name, string how, string said) =>
        new(
            said.Trim() is { Length: > 0 } words
                ? $"{name}: the userspace device {how}: {words}"
                : $"{name}: the userspace device {how}",
            $"Run it in front to see more: weft device {name} --foreground."
        );
}
