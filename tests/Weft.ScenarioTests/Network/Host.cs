using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Weft.ScenarioTests.Network;

/// <summary>
/// One host of a <see cref="Lab"/>: namespaces for network, mounts, processes and host name, held by its first process.
/// That process waits for the end of its input, which the test process holds: when either goes, the kernel ends every
/// process of the host and takes down what they held.
/// <c>/run</c> is the host's own; <c>/etc/hosts</c> is the lab's; all other files are the machine's.
/// </summary>
sealed class Host : IAsyncDisposable
{
    readonly Process _holder;
    readonly StringBuilder _transcript = new();
    readonly List<Running> _running = [];

    Host(string name, Process holder, int pid)
    {
        Name = name;
        Pid = pid;
        _holder = holder;
    }

    internal string Name { get; }

    /// <summary>The host's first process, as seen from outside; names its namespaces.</summary>
    internal int Pid { get; }

    /// <summary>The host's root folder as the test process can reach it: <c>/run</c> of the host is below it.</summary>
    internal string Root => $"/proc/{Pid}/root";

    internal static Host Start(string name, string labFolder)
    {
        ProcessStartInfo start = new("unshare")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["--net", "--mount", "--uts", "--ipc", "--pid", "--fork"])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (string argument in (string[])[Programs.Script("host/boot.sh"), labFolder, name, "cat"])
        {
            start.ArgumentList.Add(argument);
        }

        Process holder = Process.Start(start)!;
        string? booted = holder.StandardOutput.ReadLine()?.Split(' ')[0];
        if (!int.TryParse(booted, CultureInfo.InvariantCulture, out int pid))
        {
            throw new InvalidOperationException($"Host {name} did not boot: {holder.StandardError.ReadToEnd()}");
        }

        return new Host(name, holder, pid);
    }

    /// <summary>Runs a program and returns what it printed; a status other than 0 is a <see cref="CommandFailedException"/>.</summary>
    internal string Run(params string[] line)
    {
        CommandResult result = Try(new Command(line));
        return result.Succeeded ? result.Output : throw new CommandFailedException(Name, line, result);
    }

    /// <summary>Runs a program whatever its exit status; one that outlives its time is ended and is an exception.</summary>
    internal CommandResult Try(params string[] line) => Try(new Command(line));

    /// <inheritdoc cref="Try(string[])"/>
    internal CommandResult Try(Command command)
    {
        using Running running = Start(command);
        return running.WaitForExit(command.Timeout);
    }

    /// <summary>Runs a script of several lines, ending at the first that fails.</summary>
    internal string Sh(string script) => Run("sh", "-euc", script);

    /// <summary>Starts a program beside the test. It is ended with the host, unless the test ends it before.</summary>
    internal Running Start(params string[] line) => Start(new Command(line));

    /// <inheritdoc cref="Start(string[])"/>
    internal Running Start(Command command)
    {
        Running running = new(
            Name,
            command,
            EnterNamespaces("--net", "--mount", "--uts", "--ipc", "--pid", "--root", "--wd"),
            Note
        );
        lock (_running)
        {
            _running.Add(running);
        }

        return running;
    }

    /// <summary>Starts a program whose input and outputs are the caller's. It is ended with the host, or sooner by the caller.</summary>
    internal Process Attach(params string[] line)
    {
        string[] prefix = EnterNamespaces("--net", "--mount", "--uts", "--ipc", "--pid", "--root");
        ProcessStartInfo start = new(prefix[0], [.. prefix[1..], .. line])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    /// <summary>Runs a line of words in this host's network but among the machine's processes, where other hosts have ids.</summary>
    internal void RunInNetwork(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using Running running = new(Name, new Command(words), EnterNamespaces("--net"), Note);
        CommandResult result = running.WaitForExit(Command.DefaultTimeout);
        if (!result.Succeeded)
        {
            throw new CommandFailedException(Name, words, result);
        }
    }

    /// <summary>A socket of the test process that belongs to this host's network.</summary>
    internal Socket OpenSocket(AddressFamily family, SocketType type, ProtocolType protocol) =>
        NetworkNamespace.Inside(Pid, () => new Socket(family, type, protocol));

    internal void AddAddress(string device, string address)
    {
        string[] plain = ["ip", "address", "add", address, "dev", device];
        Run(address.Contains(':') ? [.. plain, "nodad"] : plain);
    }

    internal void AddRoute(string destination, string gateway) =>
        Run("ip", gateway.Contains(':') ? "-6" : "-4", "route", "add", destination, "via", gateway);

    /// <summary>Makes the host a router for both families.</summary>
    internal void Forward() =>
        Sh(
            """
            echo 1 >/proc/sys/net/ipv4/ip_forward
            [ ! -e /proc/sys/net/ipv6/conf/all/forwarding ] || echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
            """
        );

    /// <summary>Makes the host a NAT router as homes have it: what leaves by <paramref name="device"/> bears its address, and
    /// nothing comes in that was not asked for.</summary>
    internal void Masquerade(string device) =>
        Run(
            "nft",
            $$"""
            table inet home {
              chain out { type nat hook postrouting priority srcnat; oifname "{{device}}" masquerade; }
              chain through {
                type filter hook forward priority filter; policy drop;
                ct state established,related accept
                iifname != "{{device}}" accept
              }
            }
            """
        );

    /// <summary>All that ran here and what it printed, for the test's output.</summary>
    internal string Transcript(string title)
    {
        lock (_transcript)
        {
            return $"--- {title}, host {Name}\n{_transcript}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync().ConfigureAwait(false);
        _holder.Dispose();
        foreach (Running running in _running)
        {
            running.Dispose();
        }
    }

    string[] EnterNamespaces(params string[] kinds) =>
        ["nsenter", "-t", Pid.ToString(CultureInfo.InvariantCulture), .. kinds, "--"];

    void Note(string text)
    {
        lock (_transcript)
        {
            _transcript.AppendLine(text);
        }
    }
}
