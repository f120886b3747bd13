using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Kernel;

/// <summary>One guest for all tests that need one, since it takes a while to boot: each test cleans up after itself.</summary>
[CollectionDefinition(Collection)]
public sealed class GuestFixture : IAsyncLifetime, ICollectionFixture<GuestFixture>
{
    internal const string Collection = "guest";

    readonly Lab _lab = new("guest");

    internal Host Host { get; private set; } = null!;

    internal Guest Guest { get; private set; } = null!;

    public ValueTask InitializeAsync()
    {
        Host = _lab.AddHost("host");
        Host.AddAddress("lo", "192.0.2.1/32");
        string folder = Programs.Artifact("guest");
        // In the machine's own network: what is not there yet has to be downloaded.
        Programs.RunHere(Programs.Script("guest/build.sh"), folder, Programs.Weft);
        Guest = Guest.Boot(Host, folder);
        Host.AddAddress(Guest.Tap, "10.0.0.1/24");
        Host.AddAddress(Guest.Tap, "fd00::1/64");
        Guest.Run(
            """
            ip link set eth0 up
            ip address add 10.0.0.2/24 dev eth0
            echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
            ip address add fd00::2/64 dev eth0
            mkdir -p /etc/wireguard
            """
        );
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Guest?.Dispose();
        await _lab.DisposeAsync().ConfigureAwait(false);
    }
}
