using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Contenders;

/// <summary>fastd in TUN mode, with the method and the MTU of its manual.</summary>
sealed class Fastd : IContender
{
    const string Method = "salsa2012+umac";

    public string Name => "fastd";

    public string? Version { get; } = Installed.FirstLine("fastd", "--version");

    public string Setup => $"`fastd`, mode tun, method {Method}, MTU 1406";

    public Ends Start(TwoHosts hosts)
    {
        (string secretA, string publicA) = MakeKey(hosts.A);
        (string secretB, string publicB) = MakeKey(hosts.B);
        int b = StartDaemon(hosts, hosts.B, TwoHosts.InnerB, secretB, $"""key "{publicA}";""");
        int a = StartDaemon(
            hosts,
            hosts.A,
            TwoHosts.InnerA,
            secretA,
            $"""key "{publicB}"; remote {TwoHosts.OuterB}:10000;"""
        );
        return new Ends(a, b);
    }

    static (string Secret, string Public) MakeKey(Host host)
    {
        string[] lines = host.Run("sh", "-c", "fastd --generate-key 2>/dev/null").Trim().Split('\n');
        return (lines[0].Split(' ')[^1], lines[1].Split(' ')[^1]);
    }

    static int StartDaemon(TwoHosts hosts, Host host, string address, string secret, string peer)
    {
        string up = $"ip address add {address}/24 dev {TwoHosts.Device}; ip link set {TwoHosts.Device} up";
        string file = hosts.Write(
            $"fastd.{host.Name}",
            $$"""
            interface "{{TwoHosts.Device}}";
            mode tun;
            mtu 1406;
            bind 0.0.0.0:10000;
            method "{{Method}}";
            secret "{{secret}}";
            on up "{{up}}";
            peer "other" { {{peer}} }

            """
        );
        return host.Start("fastd", "--config", file).Pid;
    }
}
