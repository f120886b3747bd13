using System.Globalization;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Sites;

/// <summary>
/// tinc 1.0 (Debian's) on the sites of a mesh, as routers run it beside WireGuard: its interface bears the LAN's address with
/// a wider netmask, so that one covering route (10.0.0.0/16) leads to all LANs. All dial the first site.
/// </summary>
static class Tinc
{
    /// <summary>Joins the sites and waits until each LAN is reached over tinc; site n has the LAN 10.0.n.0/24.</summary>
    /// <param name="lab">The hosts' lab.</param>
    /// <param name="hub">Where the others dial the first site.</param>
    /// <param name="sites">In the order of their LANs.</param>
    internal static void Join(Lab lab, string hub, params Host[] sites)
    {
        string[] keys = [.. sites.Select((site, i) => Prepare(lab, hub, site, i + 1))];
        foreach (Host site in sites)
        {
            for (int i = 0; i < sites.Length; i++)
            {
                File.WriteAllText($"{FolderOf(lab, site)}/hosts/{sites[i].Name}", keys[i]);
            }

            Run(lab, site);
        }

        foreach (Host site in sites)
        {
            foreach (Host other in sites.Where(s => s != site))
            {
                int number = Array.IndexOf(sites, other) + 1;
                string address = ThreeSites.Lan4(number, 1);
                Wait.Until(
                    () => site.Try("ping", "-n", "-c", "1", "-W", "1", "-I", "tinc", address).Succeeded,
                    $"{site.Name} reaches {address} over tinc"
                );
            }
        }
    }

    /// <summary>Has a site dial another somewhere else.</summary>
    internal static void Redial(Lab lab, Host site, Host other, string address)
    {
        string file = $"{FolderOf(lab, site)}/hosts/{other.Name}";
        string[] lines = [.. File.ReadAllLines(file).Where(line => !line.StartsWith("Address"))];
        File.WriteAllLines(file, [$"Address = {address}", .. lines]);
        site.Sh("kill $(pgrep -x tincd); while pgrep -x tincd; do sleep 0.05; done");
        Run(lab, site);
        Wait.Until(() => site.Try("ip", "-br", "link", "show", "dev", "tinc", "up").Output.Length > 0);
    }

    static void Run(Lab lab, Host site) =>
        site.Start("tincd", "-c", FolderOf(lab, site), "-D", "--pidfile=/run/tinc.pid");

    /// <summary>Makes the site's folder and keys; its host file is returned.</summary>
    static string Prepare(Lab lab, string hub, Host site, int number)
    {
        string folder = FolderOf(lab, site);
        string n = number.ToString(CultureInfo.InvariantCulture);
        string address = number == 1 ? $"Address = {hub}\n" : "";
        string dial = number == 1 ? "" : "ConnectTo = a\n";
        Directory.CreateDirectory($"{folder}/hosts");
        File.WriteAllText($"{folder}/tinc.conf", $"Name = {site.Name}\nInterface = tinc\nDeviceType = tun\n{dial}");
        File.WriteAllText($"{folder}/hosts/{site.Name}", $"{address}Subnet = 10.0.{n}.0/24\n");
        File.WriteAllText(
            $"{folder}/tinc-up",
            $"#!/bin/sh\nip link set tinc up\nip address add 10.0.{n}.1/16 dev tinc\n"
        );
        File.SetUnixFileMode($"{folder}/tinc-up", (UnixFileMode)0b111_000_000);
        site.Run("tincd", "-c", folder, "-K", "1024");
        return File.ReadAllText($"{folder}/hosts/{site.Name}");
    }

    static string FolderOf(Lab lab, Host site) => $"{lab.Folder}/tinc-{site.Name}";
}
