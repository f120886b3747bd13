using System.Globalization;

namespace Weft.ScenarioTests.Kernel;

/// <summary>
/// A router without a battery: its clock says 1970 when a site starts, and a peer that never dials remembers handshakes of
/// today. The guest's clock is its own, so it can be set to anything.
/// </summary>
[Collection(GuestFixture.Collection)]
public sealed class ClockTests(GuestFixture fixture)
{
    // Pings wait for long: emulated, beside other tests, a handshake of ours takes seconds.

    // The kernel refuses a time that is less than the machine has been up for.
    const string Unset = "date -u -s @$(($(cut -d . -f 1 /proc/uptime) + 100)) >/dev/null";

    Guest Guest => fixture.Guest;

    [Fact]
    public void A_site_is_let_in_although_its_clock_came_up_in_1970()
    {
        using GuestTunnel tunnel = new(fixture, "wg5", "10.15.0", 51825);
        Guest.Run(Now());
        try
        {
            Guest.Run("weft start wg5 --engine kernel && ping -c 1 -W 60 10.15.0.1 && weft stop wg5");

            // What happens to everybody else: it may try as long as it likes.
            string locked = Guest.Run(
                $"""
                {Unset}
                ip link add wg5 type wireguard; sed '/^Address/d' /etc/wireguard/wg5.conf >/tmp/wg5; wg setconf wg5 /tmp/wg5
                ip address add 10.15.0.2/24 dev wg5; ip link set wg5 up
                ping -c 2 -W 2 10.15.0.1; ip link del wg5; rm /tmp/wg5
                """
            );
            Assert.Contains("2 packets transmitted, 0 packets received", locked);

            string kernel = Guest.Run("weft start wg5 --engine kernel 2>&1; ping -c 1 -W 60 10.15.0.1; date -u +%Y");
            Assert.Contains("the clock said 1970-01-01", kernel);
            Assert.Contains("so that peers do not take handshakes for replays", kernel);
            Assert.Contains("1 packets received", kernel);
            Assert.EndsWith(DateTime.UtcNow.Year.ToString(CultureInfo.InvariantCulture), kernel);

            // Our own device does without the system's clock, and again after that.
            Guest.Run("weft stop wg5; modprobe tun");
            for (int i = 0; i < 2; i++)
            {
                string own = Guest.Run(
                    $"{Unset}; weft start wg5 --engine userspace 2>&1; ping -c 1 -W 60 10.15.0.1; date -u +%Y; weft stop wg5"
                );
                Assert.Contains("they are stamped from 20", own);
                Assert.Contains("1 packets received", own);
                Assert.Contains("\n1970\n", own);
            }

            // Whoever sets the clock in time is waited for.
            string waited = Guest.Run(
                $$"""
                {{Unset}}
                weft start wg5 --engine kernel --wait 120 >/tmp/said 2>&1 &
                until grep -q 'waiting up to' /tmp/said; do sleep 0.1; done
                {{Now(ahead: 3600)}}
                wait; cat /tmp/said
                """
            );
            Assert.Contains("the clock is set: 20", waited);
            Assert.DoesNotContain("replays", waited);
        }
        finally
        {
            Guest.Try($"weft stop wg5; rm -rf /var/lib/weft; rmmod tun; {Now()}");
        }
    }

    /// <summary>Sets the guest's clock to the time of here.</summary>
    static string Now(int ahead = 0) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"date -u -s @{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + ahead} >/dev/null"
        );
}
