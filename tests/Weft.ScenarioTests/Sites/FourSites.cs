using System.Globalization;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Sites;

/// <summary>
/// Two public sites a and b, and c and d behind NAT routers of their own, that cannot dial each other. LAN n is an interface
/// of the site: 10.0.n.1. Links are checked every second. A third public site, e, is there if asked for.
/// </summary>
sealed class FourSites
{
    const string MeshConf = """
        [Mesh]
        Network = 192.168.192.0/24
        Check = 1
        HoldDown = 1
        [Site]
        Name = a.example.org
        Lan = 10.0.1.0/24
        [Site]
        Name = b.example.org
        Lan = 10.0.2.0/24
        [Site]
        Name = c.example.org
        Lan = 10.0.3.0/24
        Nat = yes
        [Site]
        Name = d.example.org
        Lan = 10.0.4.0/24
        Nat = yes
        """;

    const string FifthSite = "\n[Site]\nName = e.example.org\nLan = 10.0.5.0/24\n";

    FourSites(Lab lab, bool fifth)
    {
        Lab = lab;
        Internet = lab.AddHost("internet");
        (A, B, C, D) = (lab.AddHost("a"), lab.AddHost("b"), lab.AddHost("c"), lab.AddHost("d"));
        All = fifth ? [A, B, C, D, lab.AddHost("e")] : [A, B, C, D];
    }

    internal Lab Lab { get; }

    internal Host Internet { get; }

    internal Host A { get; }

    internal Host B { get; }

    internal Host C { get; }

    internal Host D { get; }

    internal Host[] All { get; }

    /// <summary>The address of a's, or the address that c's router gives to all that c sends.</summary>
    internal const string PublicA = "203.0.113.2";

    internal const string PublicC = "203.0.115.2";

    internal string ConfOf(Host site) => $"{Lab.Folder}/sites/{site.Name}.example.org/wg0.conf";

    /// <summary>Lays the network and makes the files; nothing runs yet.</summary>
    internal static FourSites Lay(Lab lab, bool fifth = false)
    {
        FourSites four = LayNetwork(lab, fifth);
        File.WriteAllText(Path.Combine(lab.Folder, "mesh.conf"), fifth ? MeshConf + FifthSite : MeshConf);
        four.A.Run(Programs.Weft, "makeconf", "--from", $"{lab.Folder}/mesh.conf", "--out", $"{lab.Folder}/sites");
        return four;
    }

    /// <summary>Lays the network alone.</summary>
    internal static FourSites LayNetwork(Lab lab, bool fifth = false)
    {
        FourSites four = new(lab, fifth);
        four.Internet.Forward();
        for (int i = 0; i < four.All.Length; i++)
        {
            Host site = four.All[i];
            string n = (i + 1).ToString(CultureInfo.InvariantCulture);
            string network = "203.0." + (113 + i).ToString(CultureInfo.InvariantCulture);
            bool natted = i is 2 or 3;
            Host outside = natted ? lab.AddHost($"router-{site.Name}") : site;
            lab.Connect(outside, "wan", four.Internet, $"to-{site.Name}");
            outside.AddAddress("wan", $"{network}.2/24");
            four.Internet.AddAddress($"to-{site.Name}", $"{network}.1/24");
            outside.AddRoute("default", $"{network}.1");
            if (natted)
            {
                lab.Connect(site, "wan", outside, "lan");
                site.AddAddress("wan", "192.168.1.2/24");
                outside.AddAddress("lan", "192.168.1.1/24");
                site.AddRoute("default", "192.168.1.1");
                outside.Forward();
                outside.Masquerade("wan");
            }

            site.Sh($"ip link add lan type bridge; ip link set lan up; ip address add 10.0.{n}.1/24 dev lan");
            lab.SetName($"{site.Name}.example.org", $"{network}.2");
        }

        return four;
    }

    internal void Start()
    {
        foreach (Host site in All)
        {
            site.Run(Programs.Weft, "start", ConfOf(site));
        }
    }

    /// <summary>The peer of a site's device that has a prefix, by the name of its endpoint's address.</summary>
    internal static string Carrier(Host site, string prefix)
    {
        string[] peers = site.Run(Programs.DebianWg, "show", "wg0", "allowed-ips").Split('\n');
        string key = peers.Single(line => line.Contains(prefix)).Split('\t')[0];
        string[] endpoints = site.Run(Programs.DebianWg, "show", "wg0", "endpoints").Split('\n');
        return endpoints.Single(line => line.StartsWith(key)).Split('\t')[1].Split(':')[0];
    }
}
