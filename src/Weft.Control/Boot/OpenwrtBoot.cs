using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>
/// OpenWrt: a service of procd for each site, an include that fw4 runs after it made the firewall anew, and what sysupgrade
/// is to keep.
/// </summary>
sealed class OpenwrtBoot : IBootPlatform
{
    const string Services = "/etc/init.d";
    const string Links = "/etc/rc.d";
    const string Firewall = "/etc/config/firewall";
    const string Kept = "/etc/sysupgrade.conf";
    const string Prefix = "weft-";

    public string ProgramPlace => "/usr/bin/weft";

    public string FileFolder => SiteFile.SystemFolder;

    public string NoteFolder => "/etc/weft";

    public ImmutableArray<string> LastingFolders => ["/usr/", "/opt/", "/mnt/"];

    public void Install(BootSite site, BootWork work)
    {
        string service = $"{Prefix}{site.Name}";
        work.Put($"{Services}/{service}", Script("init", site), isProgram: true);
        // What `/etc/init.d/weft-wg0 enable` makes of START and STOP.
        foreach (string link in LinksOf(site.Name))
            work.Link(link, $"../init.d/{service}");
        if (work.Read(Firewall) is not null)
        {
            work.Put(Include(site.Name), Script("firewall", site), isProgram: true);
            work.Edit(
                Firewall,
                text =>
                    Section(site.Name)
                        .Put(text, [("type", "script"), ("path", Include(site.Name)), ("fw4_compatible", "1")])
            );
        }
        string kept = string.Join(
            '\n',
            [site.Program, site.File, $"{Services}/{service}", .. LinksOf(site.Name), $"{NoteFolder}/"]
        );
        work.Edit(Kept, text => MarkedBlock.OfBoot(site.Name).Put(text, kept));
    }

    public bool Uninstall(string name, BootWork work)
    {
        foreach (string link in LinksOf(name))
            work.Unlink(link);
        work.Remove($"{Services}/{Prefix}{name}");
        work.Edit(Firewall, Section(name).Remove);
        work.Remove(Include(name));
        work.Edit(Kept, MarkedBlock.OfBoot(name).Remove);
        return !work.Files(Services).Any(f => f.StartsWith(Prefix, StringComparison.Ordinal) && f != Prefix + name);
    }

    public bool Starts(string name, BootWork work) => work.Files(Links).Contains($"S95{Prefix}{name}");

    public string StartCommand(BootSite site) => $"{Services}/{Prefix}{site.Name} start";

    static string Script(string part, BootSite site) => BootScript.Marked(BootScript.For($"openwrt/{part}.sh", site));

    string Include(string name) => $"{NoteFolder}/firewall-{name}";

    static string[] LinksOf(string name) => [$"{Links}/S95{Prefix}{name}", $"{Links}/K10{Prefix}{name}"];

    /// <summary>UCI's names take no more than these letters.</summary>
    static UciSection Section(string name) =>
        new("include", $"weft_{string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'))}");
}
