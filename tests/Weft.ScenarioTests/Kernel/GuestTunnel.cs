using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Kernel;

/// <summary>
/// A site of the guest's, not started, and our own device on its host, which that site dials, from another port at each start:
/// nobody else may find it there. In the tunnel the host has address 1 of a /24, and the guest 2.
/// </summary>
sealed class GuestTunnel : IDisposable
{
    readonly GuestFixture _fixture;
    readonly string _name;

    /// <param name="net">Of the tunnel: the first three numbers of its addresses.</param>
    internal GuestTunnel(GuestFixture fixture, string name, string net, int port)
    {
        _fixture = fixture;
        _name = name;
        KeyPair host = KeyPair.Generate();
        HostKey = host.Public;
        Device = Device.Start(fixture.Host, Engine.Weft, name);
        Device.SetConf(
            $"""
            [Interface]
            PrivateKey = {host.Private}
            ListenPort = {port}
            [Peer]
            PublicKey = {GuestKeys.Public}
            AllowedIPs = {net}.2/32

            """
        );
        fixture.Host.AddAddress(name, $"{net}.1/24");
        fixture.Host.Run("ip", "link", "set", name, "up");
        fixture.Guest.Run(
            $"""
            umask 077
            cat >/etc/wireguard/{name}.conf <<END
            [Interface]
            # Weft.Site = guest.example.org
            PrivateKey = {GuestKeys.Private}
            Address = {net}.2/24
            [Peer]
            # Weft.Site = host.example.org
            PublicKey = {HostKey}
            AllowedIPs = {net}.1/32
            Endpoint = 10.0.0.1:{port}
            END
            """
        );
    }

    /// <summary>The host's.</summary>
    internal Device Device { get; }

    internal string HostKey { get; }

    internal KeyPair GuestKeys { get; } = KeyPair.Generate();

    public void Dispose()
    {
        _fixture.Guest.Try($"weft stop {_name}; rm -f /etc/wireguard/{_name}.conf");
        Device.Daemon.Stop();
    }
}
