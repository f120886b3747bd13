using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Contenders;

/// <summary>tinc 1.0 with its defaults, as its manual's example sets it up.</summary>
sealed class Tinc : IContender
{
    public string Name => "tinc";

    public string? Version { get; } = Installed.FirstLine("tincd", "--version");

    public string Setup => "`tincd -D`, all defaults";

    public Ends Start(TwoHosts hosts)
    {
        MakeKeys(hosts, hosts.A, TwoHosts.OuterA, TwoHosts.InnerA);
        MakeKeys(hosts, hosts.B, TwoHosts.OuterB, TwoHosts.InnerB);
        File.Copy(Of(hosts, hosts.A, "hosts/a"), Of(hosts, hosts.B, "hosts/a"));
        File.Copy(Of(hosts, hosts.B, "hosts/b"), Of(hosts, hosts.A, "hosts/b"));
        return new Ends(StartDaemon(hosts, hosts.A), StartDaemon(hosts, hosts.B));
    }

    static string Of(TwoHosts hosts, Host host, string file) => Path.Combine(hosts.Folder, "tinc", host.Name, file);

    static void MakeKeys(TwoHosts hosts, Host host, string outer, string inner)
    {
        string connect = host.Name == "a" ? "ConnectTo = b\n" : "";
        hosts.Write($"tinc/{host.Name}/tinc.conf", $"Name = {host.Name}\nInterface = {TwoHosts.Device}\n{connect}");
        hosts.Write($"tinc/{host.Name}/hosts/{host.Name}", $"Address = {outer}\nSubnet = {inner}/32\n");
        hosts.Write(
            $"tinc/{host.Name}/tinc-up",
            $"#!/bin/sh\nip address add {inner}/24 dev {TwoHosts.Device}\nip link set {TwoHosts.Device} up\n"
        );
        host.Run("tincd", "-c", Of(hosts, host, ""), "-K2048");
    }

    static int StartDaemon(TwoHosts hosts, Host host)
    {
        string folder = Of(hosts, host, "");
        return host.Start("tincd", "-c", folder, "-D", $"--pidfile={Path.Combine(folder, "pid")}").Pid;
    }
}
