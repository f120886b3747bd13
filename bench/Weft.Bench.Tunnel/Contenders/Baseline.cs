using System.Diagnostics;
using System.Globalization;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Contenders;

/// <summary>
/// baseline.c: the system calls of a WireGuard device without the protocol, with or without libcrypto's cipher. What no
/// protocol would cost, and what is left to gain.
/// </summary>
/// <param name="program">From <see cref="Compile"/>; null when there is none.</param>
sealed class Baseline(string? program, bool sealing) : IContender
{
    public string Name => sealing ? "C, libcrypto" : "C, no cipher";

    public string? Version { get; } = program is not null ? Installed.FirstLine("cc", "--version") : null;

    public string Setup =>
        "`baseline.c`: no protocol, the same system calls" + (sealing ? ", libcrypto's ChaCha20-Poly1305" : "");

    /// <summary>Compiles it; null when that cannot be done here.</summary>
    internal static string? Compile(string source)
    {
        string program = Path.Combine(Scratch.NewFolder(), "baseline");
        string[] line = ["-O2", "-o", program, source, "-lcrypto", "-lpthread"];
        if (Installed.FirstLine("cc", "--version") is null)
            return null;
        using Process compiler = Process.Start("cc", line);
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? program : null;
    }

    public Ends Start(TwoHosts hosts)
    {
        Ends ends = new(
            Start(hosts.A, TwoHosts.OuterA, TwoHosts.OuterB),
            Start(hosts.B, TwoHosts.OuterB, TwoHosts.OuterA)
        );
        hosts.SetUpDevices(WireGuardDaemon.Mtu);
        return ends;
    }

    int Start(Host host, string local, string peer)
    {
        string[] line = [program!, TwoHosts.Device, local, peer, .. sealing ? (string[])["aead"] : []];
        Running running = host.Start(line);
        Wait.Until(
            () => running.HasExited || host.Try("ip", "link", "show", TwoHosts.Device).Succeeded,
            string.Create(CultureInfo.InvariantCulture, $"{Name} makes its interface")
        );
        return running.Pid;
    }
}
