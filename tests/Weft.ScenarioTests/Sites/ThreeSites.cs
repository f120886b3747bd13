using System.Globalization;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Sites;

/// <summary>
/// The mesh of the README on hosts: an internet; site a public by IPv4 and IPv6, site b by IPv4, site c behind a NAT router
/// that only lets it dial out; a LAN host in each. LAN n is 10.0.n.0/24 and fd77:0:0:n::/64, its host .10 and ::10.
/// </summary>
sealed class ThreeSites
{
    internal const string MeshConf = """
        [Mesh]
        Network = 192.168.192.0/24, fd77:0:0:192::/64

        [Site]
        Name = a.example.org
        Lan = 10.0.1.0/24, fd77:0:0:1::/64

        [Site]
        Name = b.example.org
        Lan = 10.0.2.0/24, fd77:0:0:2::/64

        [Site]
        Name = c.example.org
        Lan = 10.0.3.0/24, fd77:0:0:3::/64
        Nat = yes

        """;

    ThreeSites(Lab lab)
    {
        Lab = lab;
        Internet = lab.AddHost("internet");
        Router = lab.AddHost("router");
        Sites = [lab.AddHost("a"), lab.AddHost("b"), lab.AddHost("c")];
        LanHosts = [lab.AddHost("lan-a"), lab.AddHost("lan-b"), lab.AddHost("lan-c")];
    }

    internal Lab Lab { get; }

    internal Host Internet { get; }

    /// <summary>The NAT router before site c.</summary>
    internal Host Router { get; }

    internal Host[] Sites { get; }

    /// <summary>The LAN host of each site, in their order.</summary>
    internal Host[] LanHosts { get; }

    /// <summary>Lays the network in <paramref name="lab"/>; nothing of Weft runs yet.</summary>
    internal static ThreeSites Lay(Lab lab)
    {
        ThreeSites three = new(lab);
        three.LayInternet();
        for (int number = 1; number <= three.Sites.Length; number++)
        {
            (Host site, Host host) = (three.Sites[number - 1], three.LanHosts[number - 1]);
            Wire(
                lab,
                site,
                "lan",
                [Lan4(number, 1) + "/24", Lan6(number, "1") + "/64"],
                host,
                "eth0",
                [Lan4(number, 10) + "/24", Lan6(number, "10") + "/64"]
            );
            host.AddRoute("default", Lan4(number, 1));
            host.AddRoute("default", Lan6(number, "1"));
        }

        lab.SetName("a.example.org", "203.0.113.2", "2001:db8:a::2");
        lab.SetName("b.example.org", "198.51.100.2");
        return three;
    }

    internal static string Lan4(int number, int host) =>
        string.Create(CultureInfo.InvariantCulture, $"10.0.{number}.{host}");

    internal static string Lan6(int number, string host) =>
        string.Create(CultureInfo.InvariantCulture, $"fd77:0:0:{number}::{host}");

    /// <summary>Writes mesh.conf and lets <c>weft makeconf</c> make the sites' folders.</summary>
    internal void MakeConf(string meshConf = MeshConf)
    {
        File.WriteAllText(Path.Combine(Lab.Folder, "mesh.conf"), meshConf);
        Internet.Run(Programs.Weft, "makeconf", "--from", $"{Lab.Folder}/mesh.conf", "--out", $"{Lab.Folder}/sites");
    }

    /// <summary>The one file that a site needs.</summary>
    internal string ConfOf(Host site) => $"{Lab.Folder}/sites/{site.Name}.example.org/wg0.conf";

    internal void Start(Host site) => site.Run(Programs.Weft, "start", "--engine", "userspace", ConfOf(site));

    internal void Stop(Host site) => site.Run(Programs.Weft, "stop", ConfOf(site));

    /// <summary>The cells of the ping matrix that stay without an answer, as text; none is what is wanted.</summary>
    internal List<string> UnansweredPings()
    {
        List<string> lost = [];
        foreach (Host from in LanHosts)
        {
            for (int to = 1; to <= LanHosts.Length; to++)
            {
                foreach (string address in (string[])[Lan4(to, 10), Lan6(to, "10")])
                {
                    // The first packet of a tunnel waits for its handshake.
                    if (!from.Try("ping", "-n", "-c", "2", "-i", "0.2", "-W", "5", address).Succeeded)
                    {
                        lost.Add($"{from.Name} to {address}");
                    }
                }
            }
        }

        return lost;
    }

    void LayInternet()
    {
        (Host a, Host b, Host c) = (Sites[0], Sites[1], Sites[2]);
        Wire(
            Lab,
            a,
            "wan",
            ["203.0.113.2/24", "2001:db8:a::2/64"],
            Internet,
            "to-a",
            ["203.0.113.1/24", "2001:db8:a::1/64"]
        );
        Wire(Lab, b, "wan", ["198.51.100.2/24"], Internet, "to-b", ["198.51.100.1/24"]);
        Wire(
            Lab,
            Router,
            "wan",
            ["192.0.2.2/24", "2001:db8:c::2/64"],
            Internet,
            "to-c",
            ["192.0.2.1/24", "2001:db8:c::1/64"]
        );
        Wire(
            Lab,
            c,
            "wan",
            ["192.168.1.2/24", "2001:db8:cc::2/64"],
            Router,
            "lan",
            ["192.168.1.1/24", "2001:db8:cc::1/64"]
        );
        a.AddRoute("default", "203.0.113.1");
        a.AddRoute("default", "2001:db8:a::1");
        b.AddRoute("default", "198.51.100.1");
        c.AddRoute("default", "192.168.1.1");
        c.AddRoute("default", "2001:db8:cc::1");
        Router.AddRoute("default", "192.0.2.1");
        Router.AddRoute("default", "2001:db8:c::1");
        Internet.AddRoute("2001:db8:cc::/64", "2001:db8:c::2");
        Internet.Forward();
        Router.Forward();
        Router.Masquerade("wan");
    }

    static void Wire(
        Lab lab,
        Host first,
        string firstDevice,
        string[] firstAddresses,
        Host second,
        string secondDevice,
        string[] secondAddresses
    )
    {
        lab.Connect(first, firstDevice, second, secondDevice);
        Array.ForEach(firstAddresses, address => first.AddAddress(firstDevice, address));
        Array.ForEach(secondAddresses, address => second.AddAddress(secondDevice, address));
    }
}
