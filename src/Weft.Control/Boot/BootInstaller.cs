using System.Text.RegularExpressions;

namespace Weft.Control;

/// <summary>
/// Sees to it that a site starts at every boot, and takes that back. Program and file are copied to where they last, unless
/// they are at such a place; what was written by others is never written over.
/// </summary>
public sealed partial class BootInstaller(Reporting reporting)
{
    const string NoteName = "installed";

    readonly Tools _tools = new(reporting.Trace);

    /// <summary>Writes what is missing.</summary>
    /// <exception cref="OperationFailedException">Something is in the way; what is said of it is all that happened.</exception>
    public BootReport Install(SiteFile file, BootRequest request)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(request);
        SiteChecks.Root("weft install");
        (BootPlatform kind, IBootPlatform platform, BootWork work) = Open(request);
        string self = Environment.ProcessPath ?? "";
        if (Path.GetFileName(self) == "dotnet")
            throw new OperationFailedException(
                "this program is not one file, so it cannot be copied to where a boot finds it",
                "Install from the one that build.sh makes."
            );
        string program = Lasting(self, request, platform.LastingFolders) ?? platform.ProgramPlace;
        string[] fileFolders = [platform.FileFolder + "/", .. platform.LastingFolders];
        string place = Lasting(file.Path, request, fileFolders) ?? $"{platform.FileFolder}/{file.Interface}.conf";
        BootSite site = new(file.Interface, Plain(program), Plain(place));
        if (work.Inside(program) != self)
        {
            work.Copy(self, program, isProgram: true);
            // So that the last uninstallation takes it along, and no other program of that name.
            work.Put($"{platform.NoteFolder}/{NoteName}", $"# {BootWork.Mark}\n{CopiedLine(program)}\n");
        }
        if (work.Inside(place) != file.Path)
        {
            string there = work.Inside(place);
            if (work.Read(place) is { } other && other != file.Text)
                throw new OperationFailedException(
                    $"{there} is there already and differs from {file.Path}",
                    $"Install that one (weft install {there}), or move it away."
                );
            work.Copy(file.Path, place, isProgram: false);
        }
        platform.Install(site, work);
        return Finish(kind, site, place, request, work, platform);
    }

    /// <summary>
    /// Takes away what an installation wrote. A site that runs goes on, with the program that it runs on, and its file stays.
    /// </summary>
    /// <param name="tell">
    /// Told what was done. The program goes after that: it may be this very one, of which nothing can be loaded then.
    /// </param>
    /// <exception cref="OperationFailedException">Something is in the way.</exception>
    public void Uninstall(string name, BootRequest request, Action<BootReport> tell)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(tell);
        InterfaceName.Check(name);
        SiteChecks.Root("weft uninstall");
        (BootPlatform kind, IBootPlatform platform, BootWork work) = Open(request);
        string program = platform.ProgramPlace;
        string note = $"{platform.NoteFolder}/{NoteName}";
        bool isLast = platform.Uninstall(name, work);
        bool isCopied = work.Read(note)?.Contains(CopiedLine(program), StringComparison.Ordinal) == true;
        bool isInUse = work.IsThisHost && SiteRunner.AnyRuns;
        BootReport report = Finish(kind, new BootSite(name, program, ""), null, request, work, platform);
        if (!isLast || !isCopied || isInUse)
        {
            if (isLast && isCopied)
                reporting.Notice($"{program} stays as long as a site runs on it: weft stop, then weft uninstall again");
            tell(report);
            return;
        }
        BootWork last = work.Another();
        last.Remove(note);
        last.RemoveProgram(program);
        tell(report with { Changes = [.. report.Changes, .. last.Changes] });
        if (!request.IsDry)
            last.Do();
    }

    /// <summary>Whether a boot starts the site. Nothing is written.</summary>
    /// <returns>Null on a host of a kind that we do not install on.</returns>
    public bool? Starts(string name)
    {
        InterfaceName.Check(name);
        if (Detect("/") is not { } kind)
            return null;
        (_, IBootPlatform platform, BootWork work) = Open(new BootRequest { Platform = kind, IsDry = true });
        return platform.Starts(name, work);
    }

    static BootReport Finish(
        BootPlatform kind,
        BootSite site,
        string? file,
        BootRequest request,
        BootWork work,
        IBootPlatform platform
    )
    {
        if (!request.IsDry)
            work.Do();
        return new BootReport(site.Name, kind, site.Program, file, work.Changes, platform.StartCommand(site));
    }

    (BootPlatform Kind, IBootPlatform Platform, BootWork Work) Open(BootRequest request)
    {
        string root = request.Root.Length > 1 ? request.Root.TrimEnd('/') : request.Root;
        if (!Directory.Exists(root))
            throw new OperationFailedException($"{root}: no such folder", "Name the folder that is the host's root.");
        BootPlatform kind =
            request.Platform
            ?? Detect(root)
            ?? throw new OperationFailedException(
                "nothing that we know starts things here: neither systemd, nor OpenWrt's procd, nor Tomato's nvram",
                "Say which it is (--platform systemd), or start the site from a script of yours: weft start."
            );
        IBootPlatform platform = kind switch
        {
            BootPlatform.Systemd => new SystemdBoot(),
            BootPlatform.Openwrt => new OpenwrtBoot(),
            _ => new TomatoBoot(),
        };
        return (kind, platform, new BootWork(root, _tools, reporting));
    }

    static BootPlatform? Detect(string root)
    {
        bool isThisHost = root == "/";
        if (File.Exists(Path.Combine(root, "etc/openwrt_release")))
            return BootPlatform.Openwrt;
        if (isThisHost && Tools.Find("nvram") is not null && Tools.Find("cru") is not null)
            return BootPlatform.Tomato;
        string[] signs = isThisHost ? ["run/systemd/system"] : ["usr/lib/systemd/systemd", "lib/systemd/systemd"];
        return signs.Any(s => Path.Exists(Path.Combine(root, s))) ? BootPlatform.Systemd : null;
    }

    /// <summary>The path as the booted host sees it, if it is there at every boot; null if a copy is needed.</summary>
    static string? Lasting(string path, BootRequest request, IEnumerable<string> folders)
    {
        string root = request.Root.TrimEnd('/');
        if (!path.StartsWith(root + "/", StringComparison.Ordinal))
            return null;
        string inner = path[root.Length..];
        return folders.Any(f => inner.StartsWith(f, StringComparison.Ordinal)) ? inner : null;
    }

    static string CopiedLine(string program) => $"copied {program}";

    /// <summary>Scripts, units and crontabs have rules of their own for anything else.</summary>
    static string Plain(string path) =>
        PlainPath().IsMatch(path)
            ? path
            : throw new OperationFailedException(
                $"{path}: boot scripts cannot name it",
                "Move it to a path of letters, digits and ._-/ alone."
            );

    [GeneratedRegex("^[A-Za-z0-9._/-]+$")]
    private static partial Regex PlainPath();
}
