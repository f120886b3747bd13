using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Kernel;

/// <summary>The doctor of a site that runs on the kernel's WireGuard, which tells it less than our own device would.</summary>
[Collection(GuestFixture.Collection)]
public sealed class KernelDoctorTests(GuestFixture fixture)
{
    Guest Guest => fixture.Guest;

    [Fact]
    public void It_finds_nothing_where_all_is_well_and_names_a_preshared_key_that_differs()
    {
        (KeyPair guest, KeyPair host) = (KeyPair.Generate(), KeyPair.Generate());
        Device device = Device.Start(fixture.Host, Engine.Weft, "wg6");
        device.SetConf(
            $"""
            [Interface]
            PrivateKey = {host.Private}
            ListenPort = 51826
            [Peer]
            PublicKey = {guest.Public}
            AllowedIPs = 10.16.0.2/32

            """
        );
        fixture.Host.AddAddress("wg6", "10.16.0.1/24");
        fixture.Host.Run("ip", "link", "set", "wg6", "up");
        Guest.Run(
            $"""
            umask 077
            cat >/etc/wireguard/wg6.conf <<END
            [Interface]
            # Weft.Site = guest.example.org
            PrivateKey = {guest.Private}
            ListenPort = 51826
            Address = 10.16.0.2/24
            [Peer]
            # Weft.Site = host.example.org
            PublicKey = {host.Public}
            AllowedIPs = 10.16.0.1/32
            Endpoint = 10.0.0.1:51826
            END
            """
        );
        try
        {
            Guest.Run("weft start wg6 --engine kernel && ping -c 1 -W 20 10.16.0.1");
            CommandResult well = Guest.Try("weft doctor --site wg6");
            Assert.True(well.Succeeded, well.Output);
            Assert.Contains("1 peer, all is well", well.Output);
            Assert.Matches(@"host\.example\.org .* 1420  well", well.Output);

            fixture.Host.Sh($"{Programs.DebianWg} genpsk >/run/psk");
            // Added anew, or it calls the guest to renew the session of before, and the doctor tells of that.
            device.Wg("set", "wg6", "peer", guest.Public, "remove");
            device.Wg("set", "wg6", "peer", guest.Public, "preshared-key", "/run/psk", "allowed-ips", "10.16.0.2/32");
            // As if it had just been added: without a session of before.
            Guest.Run($"wg set wg6 peer {host.Public} remove && weft start wg6");
            CommandResult broken = Guest.Try("weft doctor --json --site wg6");
            Assert.Equal(1, broken.Status);
            Assert.Contains("\"layer\": \"keys\"", broken.Output);
            Assert.Contains("the device cannot open the answer", broken.Output);
        }
        finally
        {
            Guest.Try("weft stop wg6; rm -f /etc/wireguard/wg6.conf");
            device.Daemon.Stop();
        }
    }
}
