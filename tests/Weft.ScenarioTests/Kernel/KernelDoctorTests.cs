using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Kernel;

/// <summary>The doctor of a site that runs on the kernel's WireGuard, which tells it less than our own device would.</summary>
[Collection(GuestFixture.Collection)]
public sealed class KernelDoctorTests(GuestFixture fixture)
{
    Guest Guest => fixture.Guest;

    [Fact]
    public void It_finds_nothing_where_all_is_well_and_names_a_preshared_key_that_differs()
    {
        using GuestTunnel tunnel = new(fixture, "wg6", "10.16.0", 51826);
        Guest.Run("weft start wg6 --engine kernel && ping -c 1 -W 20 10.16.0.1");
        CommandResult well = Guest.Try("weft doctor --site wg6");
        Assert.True(well.Succeeded, well.Output);
        Assert.Contains("1 peer, all is well", well.Output);
        Assert.Matches(@"host\.example\.org .* 1420  well", well.Output);

        fixture.Host.Sh($"{Programs.DebianWg} genpsk >/run/psk");
        // Added anew, or it calls the guest to renew the session of before, and the doctor tells of that.
        tunnel.Device.Wg("set", "wg6", "peer", tunnel.GuestKeys.Public, "remove");
        tunnel.Device.Wg(
            "set",
            "wg6",
            "peer",
            tunnel.GuestKeys.Public,
            "preshared-key",
            "/run/psk",
            "allowed-ips",
            "10.16.0.2/32"
        );
        // As if it had just been added: without a session of before.
        Guest.Run($"wg set wg6 peer {tunnel.HostKey} remove && weft start wg6");
        CommandResult broken = Guest.Try("weft doctor --json --site wg6");
        Assert.Equal(1, broken.Status);
        Assert.Contains("\"layer\": \"keys\"", broken.Output);
        Assert.Contains("the device cannot open the answer", broken.Output);
    }
}
