using System.Globalization;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Kernel;

/// <summary>The kernel's WireGuard, driven by our programs, with Debian's <c>wg</c> as the judge of what they did.</summary>
[Collection(GuestFixture.Collection)]
public sealed class KernelTests(GuestFixture fixture)
{
    // In the guest's path Debian's wg comes first; ours is this.
    const string Ours = "/weft/wg";

    Guest Guest => fixture.Guest;

    [Fact]
    public void What_our_wg_sets_is_what_Debians_shows_and_both_show_the_same()
    {
        try
        {
            Guest.Run("ip link add wg1 type wireguard; ip link add wg2 type wireguard");
            WriteConf("few.conf", port: 5001, peers: 5);
            Guest.Run(
                $"{Ours} setconf wg1 /tmp/few.conf; sed -i s/5001/5002/ /tmp/few.conf; wg setconf wg2 /tmp/few.conf"
            );
            Assert.Equal(Guest.Run("wg show wg2 dump").Replace("\t5002\t", "\t5001\t"), Guest.Run("wg show wg1 dump"));
            Guest.Run(
                $"""
                for arguments in "wg1" "all dump" "interfaces"; do
                  wg show $arguments >/tmp/theirs; {Ours} show $arguments >/tmp/ours; cmp /tmp/theirs /tmp/ours
                done
                """
            );

            // The second half goes, one peer loses its preshared key and keepalive, and one is new.
            string[] peers = Guest.Run("wg show wg1 peers").Split('\n');
            string added = KeyPair.Generate().Public;
            Guest.Run(
                $"""
                printf '[Interface]\nListenPort = 5003\n[Peer]\nPublicKey = {peers[
                    0
                ]}\nAllowedIPs = 10.77.0.0/16\n' >/tmp/sync.conf
                printf '[Peer]\nPublicKey = {added}\nAllowedIPs = fd77::/16\n' >>/tmp/sync.conf
                {Ours} syncconf wg1 /tmp/sync.conf
                """
            );
            string[][] rows = [.. Guest.Run("wg show wg1 dump").Split('\n').Select(row => row.Split('\t'))];
            Assert.Equal("5003", rows[0][2]);
            Assert.Equal([peers[0], added], rows[1..].Select(row => row[0]));
            Assert.Equal(["(none)", "10.77.0.0/16", "off"], [rows[1][1], rows[1][3], rows[1][7]]);
        }
        finally
        {
            Guest.Run("ip link del wg1; ip link del wg2");
        }
    }

    [Fact]
    public void What_needs_many_messages_arrives_and_reads_back_whole()
    {
        try
        {
            Guest.Run("ip link add wg1 type wireguard; ip link add wg2 type wireguard");
            string key = KeyPair.Generate().Public;
            Guest.Run(
                $$"""
                {
                  printf '[Peer]\nPublicKey = {{KeyPair.Generate().Public}}\nAllowedIPs = 10.8.0.0/24\n'
                  printf '[Peer]\nPublicKey = {{key}}\n'
                  awk 'BEGIN {
                    for (i = 1; i <= 255; i++)
                      for (j = 0; j <= 255; j++)
                        printf "AllowedIPs = 10.9.%d.%d/32, fd00:9:%x:%x::/64\n", i, j, i, j
                  }'
                  printf '[Peer]\nPublicKey = {{KeyPair.Generate().Public}}\nAllowedIPs = 10.10.0.0/24\n'
                } >/tmp/many.conf
                """
            );
            Guest.Run($"wg setconf wg2 /tmp/many.conf && {Ours} setconf wg1 /tmp/many.conf");
            Guest.Run(
                $"""
                wg showconf wg2 >/tmp/judge; wg showconf wg1 >/tmp/theirs; {Ours} showconf wg1 >/tmp/ours
                cmp /tmp/judge /tmp/theirs && cmp /tmp/judge /tmp/ours
                """
            );
            string count = Guest.Run("wg show wg1 allowed-ips | cut -f2 | tr ' ' '\\n' | grep -c /");
            Assert.Equal(130_562, int.Parse(count, CultureInfo.InvariantCulture));
        }
        finally
        {
            Guest.Run("ip link del wg1; ip link del wg2; rm -f /tmp/*.conf /tmp/judge /tmp/theirs /tmp/ours");
        }
    }

    [Fact]
    public void What_the_kernel_refuses_is_said_in_words_and_changes_nothing()
    {
        Assert.Contains("wg9: there is no such WireGuard device", Refused($"{Ours} show wg9"));
        Assert.Contains("lo: there is no such WireGuard device", Refused($"{Ours} set lo listen-port 1"));
        try
        {
            Guest.Run("ip link add wg1 type wireguard && ip link set wg1 up; wg set wg1 listen-port 5001");
            Guest.Run("ip link add wg2 type wireguard && ip link set wg2 up");
            Assert.Contains("Choose another listen port", Refused($"{Ours} set wg2 listen-port 5001"));

            // It has no name for the flag that takes a prefix away, and says no more than that it is invalid.
            string peer = KeyPair.Generate().Public;
            Guest.Run($"wg set wg1 peer {peer} allowed-ips 10.0.0.0/8");
            string said = Refused($"{Ours} set wg1 peer {peer} allowed-ips -10.0.0.0/8");
            Assert.Contains("wg1: cannot be changed: Invalid argument", said);
            Assert.Contains("Kernels before 6.16 cannot take single allowed IPs away", said);
            Assert.Equal($"{peer}\t10.0.0.0/8", Guest.Run("wg show wg1 allowed-ips"));
        }
        finally
        {
            Guest.Run("ip link del wg1; ip link del wg2");
        }
    }

    [Fact]
    public void Start_loads_the_module_makes_the_interface_and_stop_leaves_nothing()
    {
        WriteSite(KeyPair.Generate(), KeyPair.Generate().Public);
        // A kernel that does not load modules by itself, as in most containers.
        string autoload = Guest.Run("cat /proc/sys/kernel/modprobe");
        Guest.Run("rmmod wireguard 2>/dev/null || :; echo >/proc/sys/kernel/modprobe");
        try
        {
            Assert.Contains("wg0 is up, 1 peer", Guest.Run("weft start"));
            Assert.Equal("10.10.0.1/32 fd10::1/128", Guest.Run("wg show wg0 allowed-ips").Split('\t')[1]);
            Assert.Contains("inet 10.10.0.2/24", Guest.Run("ip address show wg0"));
            Assert.Contains("nothing to change", Guest.Run("weft start --engine kernel"));
            Assert.Contains("runs already, on the kernel WireGuard", Refused("weft start --engine userspace"));
            Guest.Run("weft stop");
            Assert.DoesNotContain("wg0", Guest.Run("ip link"));

            Guest.Run("rmmod wireguard; mv /lib/modules /lib/elsewhere");
            Assert.Contains("the kernel's WireGuard cannot be had: modprobe: ", Refused("weft start --engine kernel"));
            // The guest has no TUN driver either, so that the fall back ends there.
            Assert.Contains("): running our own, in user space", Refused("weft start"));
            Assert.Equal("", Guest.Run("find /run -mindepth 1"));
        }
        finally
        {
            Guest.Run(
                $"[ -d /lib/modules ] || mv /lib/elsewhere /lib/modules; echo {autoload} >/proc/sys/kernel/modprobe"
            );
            Guest.Try("weft stop");
        }
    }

    [Fact]
    public void The_kernels_tunnel_and_our_userspace_device_talk_to_each_other()
    {
        (KeyPair guest, KeyPair host) = (KeyPair.Generate(), KeyPair.Generate());
        WriteSite(guest, host.Public);
        Device device = Device.Start(fixture.Host, Engine.Weft);
        device.SetConf(
            $"""
            [Interface]
            PrivateKey = {host.Private}
            ListenPort = 51820
            [Peer]
            PublicKey = {guest.Public}
            AllowedIPs = 10.10.0.2/32, fd10::2/128
            Endpoint = 10.0.0.2:51820

            """
        );
        TunnelPair.SetUp(fixture.Host, "10.10.0.1", "fd10::1");
        try
        {
            Guest.Run("weft start --engine kernel");
            fixture.Host.Run("ping", "-n", "-c", "3", "-i", "0.2", "-W", "10", "10.10.0.2");
            fixture.Host.Run("ping", "-n", "-c", "3", "-i", "0.2", "-W", "10", "fd10::2");
            Guest.Run("ping -c 2 -W 10 10.10.0.1 && ping -c 2 -W 10 fd10::1");

            // And the other way round: a new device of ours, which the kernel has to find.
            Guest.Run($"wg set wg0 peer {host.Public} endpoint [fd00::1]:51820");
            device.Wg("set", "wg0", "peer", guest.Public, "remove");
            device.Wg("set", "wg0", "peer", guest.Public, "allowed-ips", "10.10.0.2/32,fd10::2/128");
            Guest.Run("dd if=/dev/urandom of=/tmp/sent bs=64k count=16 2>/dev/null");
            Running sink = fixture.Host.Start(
                "socat",
                "-u",
                "TCP-LISTEN:7000,bind=10.10.0.1",
                "OPEN:/run/received,creat"
            );
            Wait.Until(() => fixture.Host.Run("ss", "-ltn").Contains(":7000"));
            // The kernel's session ends at its next try, by a handshake of its own.
            Wait.Until(() => Guest.Try("ping -c 1 -W 2 10.10.0.1").Succeeded, seconds: 60);
            Guest.Run("nc 10.10.0.1 7000 </tmp/sent");
            Assert.Equal(0, sink.WaitForExit(TimeSpan.FromSeconds(60)).Status);
            string sent = Guest.Run("sha256sum </tmp/sent").Split(' ')[0];
            Assert.Equal(sent, fixture.Host.Run("sha256sum", "/run/received").Split(' ')[0]);
            Assert.StartsWith("[fd00::2]:", TunnelPair.Peers(device)[0][2]);
        }
        finally
        {
            Guest.Try("weft stop");
            device.Daemon.Stop();
        }
    }

    [Fact]
    public void A_userspace_device_hides_the_kernels_of_the_same_name()
    {
        try
        {
            // The interface takes another name, so that the kernel can have its own.
            Guest.Run("modprobe tun && weft device wg1 && ip link set wg1 name tun1 && ip link add wg1 type wireguard");
            Guest.Run("ip link add wg2 type wireguard");
            Guest.Run($"{Ours} set wg1 fwmark 7");
            Guest.Run(
                $"""
                for arguments in "wg1" "wg1 dump" "wg2"; do
                  wg show $arguments >/tmp/theirs; {Ours} show $arguments >/tmp/ours; cmp /tmp/theirs /tmp/ours
                done
                """
            );
            Assert.Equal("0x7", Guest.Run("wg show wg1 fwmark"));
            // Debian's has a hidden name twice.
            Assert.Equal("wg1 wg2", Guest.Run($"{Ours} show interfaces"));
            Guest.Run("ip link del tun1; while [ -e /run/wireguard/wg1.sock ]; do usleep 20000; done");
            Assert.Equal("off", Guest.Run("wg show wg1 fwmark"));
            Assert.Equal("off", Guest.Run($"{Ours} show wg1 fwmark"));
        }
        finally
        {
            Guest.Run("ip link del tun1 2>/dev/null; ip link del wg1; ip link del wg2; rmmod tun");
        }
    }

    [Fact]
    public void A_dump_that_changes_meanwhile_is_read_again_and_never_torn()
    {
        const int peers = 400;
        try
        {
            IEnumerable<string> keys = Enumerable.Range(0, peers).Select(_ => KeyPair.RandomSecret());
            Guest.Run($"printf '{string.Join("\\n", keys)}\\n' >/tmp/keys; ip link add wg1 type wireguard");
            // Somebody takes the first peer away and adds it at the end, in one message, again and again: of two halves
            // of different dumps, the first has it and the second too.
            string said = Guest.Run(
                $"""
                while read -r key; do printf '[Peer]\nPublicKey = %s\n' $key; done </tmp/keys >/tmp/many.conf
                wg setconf wg1 /tmp/many.conf
                touch /tmp/going
                while [ -e /tmp/going ]; do
                  while read -r key && [ -e /tmp/going ]; do
                    wg set wg1 peer $key remove peer $key
                    usleep 50000
                  done </tmp/keys
                done &
                for i in 1 2 3 4 5 6; do
                  {Ours} show wg1 peers >/tmp/ours
                  [ $(wc -l </tmp/ours) = {peers} ] && [ $(sort -u /tmp/ours | wc -l) = {peers} ] || echo "dump $i is torn"
                done
                rm /tmp/going; wait
                """
            );
            Assert.Equal("", said);
        }
        finally
        {
            Guest.Run("ip link del wg1; rm -f /tmp/going /tmp/keys /tmp/many.conf /tmp/ours");
        }
    }

    // In real time, as the kernel keeps it: two tunnels at once, and each side begins the handshakes of one.
    [Fact]
    public void The_tunnel_loses_nothing_across_a_rekey_by_either_side()
    {
        const int seconds = 126;
        (KeyPair guest, KeyPair host) = (KeyPair.Generate(), KeyPair.Generate());
        Device ours = Device.Start(fixture.Host, Engine.Weft, "wg3");
        Device theirs = Device.Start(fixture.Host, Engine.Weft, "wg4");
        try
        {
            // Over wg3 our device is the one that knows where to, over wg4 it is the kernel.
            SetUpEnd(ours, host, guest, "10.13", 51823, "Endpoint = 10.0.0.2:51823");
            SetUpEnd(theirs, host, guest, "10.14", 51824, "");
            foreach (
                (string name, string net, int port, string endpoint) in ((string, string, int, string)[])
                    [("wg3", "10.13", 51823, ""), ("wg4", "10.14", 51824, "endpoint 10.0.0.1:51824")]
            )
            {
                Guest.Run(
                    $"""
                    echo {guest.Private} >/tmp/key
                    ip link add {name} type wireguard
                    {Ours} set {name} listen-port {port} private-key /tmp/key \
                      peer {host.Public} allowed-ips {net}.0.1/32 {endpoint}
                    rm /tmp/key
                    ip address add {net}.0.2/24 dev {name}; ip link set {name} up
                    """
                );
            }

            string count = seconds.ToString(CultureInfo.InvariantCulture);
            Running pings = fixture.Host.Start("ping", "-n", "-q", "-c", count, "-W", "20", "10.13.0.2");
            Wait.Until(() => TunnelPair.LatestHandshake(ours) > 0, seconds: 60);
            long first = TunnelPair.LatestHandshake(ours);
            string said = Guest.Run(
                $"""
                ping -q -c 1 -W 20 10.14.0.1 >/dev/null; wg show wg4 latest-handshakes
                ping -q -c {count} -W 20 10.14.0.1; wg show wg4 latest-handshakes
                """
            );
            CommandResult result = pings.WaitForExit(TimeSpan.FromSeconds(60));

            Assert.Contains($"{count} packets transmitted, {count} packets received", said);
            Assert.Contains($"{count} packets transmitted, {count} received", result.Output);
            Assert.InRange(TunnelPair.LatestHandshake(ours) - first, 115, seconds + 15);
            long[] handshakes =
            [
                .. said.Split('\n')
                    .Where(line => line.StartsWith(host.Public, StringComparison.Ordinal))
                    .Select(line => long.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture)),
            ];
            Assert.InRange(handshakes[1] - handshakes[0], 115, seconds + 15);
        }
        finally
        {
            Guest.Try("ip link del wg3; ip link del wg4");
            ours.Daemon.Stop();
            theirs.Daemon.Stop();
        }
    }

    string Refused(string command)
    {
        CommandResult result = Guest.Try(command);
        Assert.Equal(1, result.Status);
        return result.Output;
    }

    void SetUpEnd(Device device, KeyPair own, KeyPair peer, string net, int port, string endpoint)
    {
        device.SetConf(
            $"""
            [Interface]
            PrivateKey = {own.Private}
            ListenPort = {port}
            [Peer]
            PublicKey = {peer.Public}
            AllowedIPs = {net}.0.2/32
            {endpoint}

            """
        );
        fixture.Host.AddAddress(device.Name, $"{net}.0.1/24");
        fixture.Host.Run("ip", "link", "set", device.Name, "up");
    }

    void WriteConf(string name, int port, int peers)
    {
        IEnumerable<string> sections = Enumerable
            .Range(1, peers)
            .Select(i =>
                $"[Peer]\\nPublicKey = {KeyPair.Generate().Public}\\nPresharedKey = {KeyPair.RandomSecret()}\\n"
                + $"AllowedIPs = 10.0.{i}.0/24, fd00:{i}::/64\\nEndpoint = {(i % 2 == 0 ? "192.0.2.9" : "[fe80::9%eth0]")}:9{i}\\n"
                + "PersistentKeepalive = 25\\n"
            );
        string head =
            $"[Interface]\\nPrivateKey = {KeyPair.Generate().Private}\\nListenPort = {port}\\nFwMark = 0x77\\n";
        Guest.Run($"printf '{head}{string.Concat(sections).Replace("%", "%%")}' >/tmp/{name}");
    }

    void WriteSite(KeyPair own, string peer) =>
        Guest.Run(
            $"""
            umask 077
            cat >/etc/wireguard/wg0.conf <<END
            [Interface]
            # Weft.Site = guest.example.org
            PrivateKey = {own.Private}
            ListenPort = 51820
            Address = 10.10.0.2/24, fd10::2/64
            [Peer]
            PublicKey = {peer}
            AllowedIPs = 10.10.0.1/32, fd10::1/128
            Endpoint = 10.0.0.1:51820
            END
            """
        );
}
