using System.Globalization;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Sites;

/// <summary>
/// Two public sites on one wire, each with a LAN that is an interface of its own: 10.0.1.1 behind a, 10.0.2.1 behind b.
/// Their links are checked every second.
/// </summary>
sealed class TwoSites
{
    /// <summary>Seconds in which a change of a link must have shown: three checks, and what a busy machine adds.</summary>
    internal const double Soon = 30;

    TwoSites(Lab lab, RunBy by)
    {
        Lab = lab;
        Program = new SiteProgram(lab, by);
        A = Program.Prepared(lab.AddHost("a"));
        B = Program.Prepared(lab.AddHost("b"));
    }

    internal Lab Lab { get; }

    /// <summary>What runs both.</summary>
    internal SiteProgram Program { get; }

    internal Host A { get; }

    internal Host B { get; }

    /// <summary>The one file that a site needs.</summary>
    internal string ConfOf(Host site) => $"{Lab.Folder}/sites/{site.Name}.example.org/wg0.conf";

    /// <summary>Lays the network and makes the files; nothing runs yet.</summary>
    /// <param name="settings">Further lines of [Mesh].</param>
    /// <param name="by">What runs the sites.</param>
    internal static TwoSites Lay(Lab lab, string settings = "", RunBy by = RunBy.Weft)
    {
        TwoSites two = new(lab, by);
        lab.Connect(two.A, "wan", two.B, "wan");
        foreach ((Host host, int number) in ((Host, int)[])[(two.A, 1), (two.B, 2)])
        {
            string n = number.ToString(CultureInfo.InvariantCulture);
            host.AddAddress("wan", $"203.0.113.{n}/24");
            host.Sh($"ip link add lan type bridge; ip link set lan up; ip address add 10.0.{n}.1/24 dev lan");
            lab.SetName($"{host.Name}.example.org", $"203.0.113.{n}");
        }

        two.MakeConf(settings);
        return two;
    }

    /// <summary>Makes the files (anew).</summary>
    internal void MakeConf(string settings)
    {
        string mesh = Path.Combine(Lab.Folder, "mesh.conf");
        File.WriteAllText(
            mesh,
            $"""
            [Mesh]
            Network = 192.168.192.0/24
            Check = 1
            {settings}
            [Site]
            Name = a.example.org
            Lan = 10.0.1.0/24
            [Site]
            Name = b.example.org
            Lan = 10.0.2.0/24
            """
        );
        A.Run(Programs.Weft, "makeconf", "--from", mesh, "--out", $"{Lab.Folder}/sites");
    }

    /// <summary>Starts both and waits until each has heard of the other, which a busy machine may first have given up.</summary>
    internal void Start()
    {
        Program.Start(A, ConfOf(A));
        Program.Start(B, ConfOf(B));
        Wait.Until(() => HasRoute() && Pings(), seconds: 2 * Soon);
    }

    /// <summary>From LAN to LAN.</summary>
    internal bool Pings() => A.Try("ping", "-n", "-c", "1", "-W", "5", "-I", "10.0.1.1", "10.0.2.1").Succeeded;

    /// <summary>Whether a sends what is for b's LAN into the tunnel.</summary>
    internal bool HasRoute() => A.Run("ip", "route", "show", "10.0.2.0/24").Contains("dev wg0");

    /// <summary>Edits a's file: another MTU, which is easy to see. The texts of before and after.</summary>
    internal (string Old, string New) Narrow()
    {
        string old = File.ReadAllText(ConfOf(A));
        string changed = old.Replace("[Interface]\n", "[Interface]\nMTU = 1280\n");
        File.WriteAllText(ConfOf(A), changed);
        return (old, changed);
    }

    /// <summary>Of a's tunnel: 1420, or 1280 once a <see cref="Narrow"/> file is what runs.</summary>
    internal string Mtu() => A.Run("cat", "/sys/class/net/wg0/mtu").Trim();

    /// <summary>Ends a's watcher without a chance to tidy up, and returns when it is no more.</summary>
    internal void KillWatcher()
    {
        // What a shell splits off may end before its turn comes, which pkill takes for well.
        A.Run("pkill", "-9", "-f", Program.Watcher);
        Wait.Until(() => !A.Try("pgrep", "-f", Program.Watcher).Succeeded);
    }

    /// <summary>Takes the wire between the sites, and gives it back.</summary>
    internal void Cut() => B.Run("ip", "link", "set", "wan", "down");

    internal void Mend() => B.Run("ip", "link", "set", "wan", "up");
}
