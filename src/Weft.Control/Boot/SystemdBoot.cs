using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>
/// systemd: the template units of <c>packaging/systemd</c>, one link for each site in <c>multi-user.target.wants</c> as
/// <c>systemctl enable</c> makes it, and a drop-in for a site whose file lies elsewhere.
/// </summary>
sealed class SystemdBoot : IBootPlatform
{
    const string Units = "/etc/systemd/system";
    const string Wants = $"{Units}/multi-user.target.wants";
    static readonly string[] s_templates = ["weft@.service", "weft-watch@.service"];

    public string ProgramPlace => "/usr/local/bin/weft";

    public string FileFolder => SiteFile.SystemFolder;

    public string NoteFolder => "/var/lib/weft";

    public ImmutableArray<string> LastingFolders => ["/usr/", "/opt/", "/srv/", "/mnt/", "/media/"];

    public void Install(BootSite site, BootWork work)
    {
        foreach (string template in s_templates)
        {
            string text = Packaged(template)
                .Replace("/usr/bin/weft", site.Program, StringComparison.Ordinal)
                .Replace(
                    $"RequiresMountsFor={FileFolder}",
                    $"RequiresMountsFor={FileFolder} {Path.GetDirectoryName(site.Program)}",
                    StringComparison.Ordinal
                );
            work.Put($"{Units}/{template}", BootScript.Marked(text), also: Packaged(template));
        }
        string dropIn = DropIn(site.Name);
        // What the template finds by the name alone.
        if (Path.GetDirectoryName(site.File) == FileFolder)
            work.Remove(dropIn);
        else
            work.Put(dropIn, BootScript.Marked(Elsewhere(site)));
        work.Link(Enabled(site.Name), $"{Units}/weft@.service");
        Reload(work);
    }

    public bool Uninstall(string name, BootWork work)
    {
        work.Unlink(Enabled(name));
        work.Remove(DropIn(name));
        bool isLast = !Names(work).Any(n => n != name);
        foreach (string template in isLast ? s_templates : [])
            work.Remove($"{Units}/{template}", Packaged(template));
        Reload(work);
        return isLast;
    }

    public bool Starts(string name, BootWork work) =>
        work.Files(Wants).Any(f => f == Path.GetFileName(Enabled(name)) || f == $"wg-quick@{name}.service");

    public string StartCommand(BootSite site) => $"systemctl start weft@{site.Name}";

    static string Packaged(string template) => BootScript.Read($"systemd/{template}");

    static string Enabled(string name) => $"{Wants}/weft@{name}.service";

    static string DropIn(string name) => $"{Units}/weft@{name}.service.d/place.conf";

    /// <summary>The sites that start at boot.</summary>
    static IEnumerable<string> Names(BootWork work) =>
        work.Files(Wants)
            .Where(f => f.StartsWith("weft@", StringComparison.Ordinal))
            .Select(f => Path.GetFileNameWithoutExtension(f)["weft@".Length..]);

    static string Elsewhere(BootSite site) =>
        $"""
            # The site's file is not where the unit looks for it; its storage may come late.
            [Unit]
            RequiresMountsFor={Path.GetDirectoryName(site.File)}

            [Service]
            ExecStart=
            ExecStart={site.Program} start {site.File} --wait 60
            ExecReload=
            ExecReload={site.Program} start {site.File}

            """;

    static void Reload(BootWork work)
    {
        if (!work.IsEmpty && Directory.Exists("/run/systemd/system"))
            work.Run("systemctl", "daemon-reload");
    }
}
