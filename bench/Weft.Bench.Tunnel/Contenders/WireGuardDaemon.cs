using Weft.Bench.Tunnel.Report;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Contenders;

/// <summary>A userspace WireGuard daemon that takes an interface's name and serves the UAPI socket: ours or wireguard-go.</summary>
/// <param name="line">The daemon's command line, less the interface.</param>
/// <param name="version">Arguments that have the program tell its version.</param>
sealed class WireGuardDaemon(string name, string[] line, string version) : IContender
{
    /// <summary>WireGuard's default.</summary>
    internal const int Mtu = 1420;

    internal const ushort Port = 51820;

    public string Name => name;

    public string? Version { get; } = Installed.FirstLine(line[0], version);

    public string Setup =>
        $"`{Path.GetFileName(line[0])} {string.Join(' ', [.. line[1..], TwoHosts.Device])}`, MTU {Mtu}";

    internal static WireGuardDaemon Ours() => new(Goals.Ours, [Programs.Weft, "device"], "--version");

    /// <param name="program">A path, or a name that the shell finds.</param>
    internal static WireGuardDaemon Go(string program) =>
        // On a host the working folder is another, so a path has to be whole.
        new(Goals.Go, [program.Contains('/') ? Path.GetFullPath(program) : program], "--version");

    public Ends Start(TwoHosts hosts) => Start(hosts, KeyPair.Generate(), "");

    /// <param name="keysA">Host A's.</param>
    /// <param name="others">More peers of host A.</param>
    internal Ends Start(TwoHosts hosts, KeyPair keysA, string others) =>
        Join(hosts, StartDaemon(hosts.A), StartDaemon(hosts.B), keysA, others);

    /// <summary>As <see cref="Start(TwoHosts)"/>; each end writes down where its methods stand, for perf.</summary>
    /// <param name="folder">Has a folder for each host, by its name.</param>
    internal Ends StartMapped(TwoHosts hosts, string folder)
    {
        Running Mapped(Host host) =>
            StartDaemon(
                host,
                ("DOTNET_PerfMapEnabled", "3"),
                ("DOTNET_PerfMapJitDumpPath", Path.Combine(folder, host.Name)),
                ("DOTNET_EnableWriteXorExecute", "0")
            );
        return Join(hosts, Mapped(hosts.A), Mapped(hosts.B), KeyPair.Generate(), "");
    }

    static Ends Join(TwoHosts hosts, Running a, Running b, KeyPair keysA, string others)
    {
        KeyPair keysB = KeyPair.Generate();
        Configure(hosts.A, keysA, $"{Peer(keysB, TwoHosts.InnerB)}Endpoint = {TwoHosts.OuterB}:{Port}\n{others}");
        Configure(hosts.B, keysB, Peer(keysA, TwoHosts.InnerA));
        hosts.SetUpDevices(Mtu);
        return new Ends(a.Pid, b.Pid);
    }

    /// <summary>Starts the daemon; returns when it can be configured.</summary>
    internal Running StartDaemon(Host host, params (string Name, string Value)[] environment)
    {
        Running daemon = Launch(host, environment);
        string socket = $"{host.Root}/run/wireguard/{TwoHosts.Device}.sock";
        Wait.Until(() => daemon.HasExited || File.Exists(socket), $"{name} serves its socket");
        return daemon.HasExited
            ? throw new CommandFailedException(host.Name, line, daemon.WaitForExit(TimeSpan.FromSeconds(1)))
            : daemon;
    }

    /// <summary>Starts the daemon and returns at once.</summary>
    internal Running Launch(Host host, params (string Name, string Value)[] environment) =>
        host.Start(
            new Command([.. line, TwoHosts.Device])
            {
                Environment = environment
                    .Append(("WG_PROCESS_FOREGROUND", "1"))
                    .Append(("LOG_LEVEL", "error"))
                    .ToDictionary(),
            }
        );

    /// <summary>Sets key, port and peers, by our <c>wg</c>.</summary>
    internal static void Configure(Host host, KeyPair keys, string peers)
    {
        string text = $"[Interface]\nPrivateKey = {keys.Private}\nListenPort = {Port}\n{peers}";
        string[] line = [Programs.Wg, "setconf", TwoHosts.Device, "/dev/stdin"];
        CommandResult result = host.Try(new Command(line) { Input = text });
        if (!result.Succeeded)
            throw new CommandFailedException(host.Name, line, result);
    }

    internal static string Peer(KeyPair keys, string address) =>
        $"[Peer]\nPublicKey = {keys.Public}\nAllowedIPs = {address}/32\n";
}
