using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Contenders;

/// <summary>OpenVPN 2.6 over UDP between two points, each other's certificate known by its fingerprint; no kernel module.</summary>
sealed class OpenVpn : IContender
{
    const string Cipher = "CHACHA20-POLY1305";

    public string Name => "openvpn";

    public string? Version { get; } = Installed.FirstLine("openvpn", "--version")?.Split(" [")[0];

    public string Setup => $"`openvpn --dev tun --proto udp --data-ciphers {Cipher}`, otherwise defaults";

    public Ends Start(TwoHosts hosts)
    {
        string fingerprintA = MakeCertificate(hosts, "a");
        string fingerprintB = MakeCertificate(hosts, "b");
        int b = StartDaemon(
            hosts,
            hosts.B,
            ["--tls-server", "--dh", "none"],
            TwoHosts.InnerB,
            TwoHosts.InnerA,
            fingerprintA
        );
        int a = StartDaemon(
            hosts,
            hosts.A,
            ["--tls-client", "--remote", TwoHosts.OuterB],
            TwoHosts.InnerA,
            TwoHosts.InnerB,
            fingerprintB
        );
        return new Ends(a, b);
    }

    static int StartDaemon(TwoHosts hosts, Host host, string[] role, string own, string other, string fingerprint)
    {
        string[] line =
        [
            "openvpn",
            .. role,
            .. (string[])["--dev", TwoHosts.Device, "--dev-type", "tun", "--proto", "udp", "--ifconfig", own, other],
            .. (string[])["--data-ciphers", Cipher, "--cipher", Cipher, "--peer-fingerprint", fingerprint],
            .. (string[])["--cert", Of(hosts, host.Name, "crt"), "--key", Of(hosts, host.Name, "key"), "--verb", "1"],
        ];
        return host.Start(line).Pid;
    }

    static string Of(TwoHosts hosts, string name, string extension) =>
        Path.Combine(hosts.Folder, $"{name}.{extension}");

    static string MakeCertificate(TwoHosts hosts, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        hosts.Write($"{name}.crt", certificate.ExportCertificatePem());
        hosts.Write($"{name}.key", key.ExportPkcs8PrivateKeyPem());
        return string.Join(
            ':',
            Convert.FromHexString(certificate.GetCertHashString(HashAlgorithmName.SHA256)).Select(b => $"{b:X2}")
        );
    }
}
