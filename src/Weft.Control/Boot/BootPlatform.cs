using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>What starts things on a host.</summary>
public enum BootPlatform
{
    Systemd,

    /// <summary>procd, fw4 and sysupgrade.</summary>
    Openwrt,

    /// <summary>FreshTomato and its like: scripts in nvram.</summary>
    Tomato,
}

/// <summary>What <c>weft install</c> is asked for.</summary>
public sealed record BootRequest
{
    /// <summary>Null to go by what is there.</summary>
    public BootPlatform? Platform { get; init; }

    /// <summary>The folder that is the host's root, to write into an image.</summary>
    public string Root { get; init; } = "/";

    /// <summary>Write nothing, and say what would be written.</summary>
    public bool IsDry { get; init; }
}

/// <summary>What an installation came to.</summary>
/// <param name="Interface">The site's.</param>
/// <param name="Program">Where the program is that runs at boot.</param>
/// <param name="File">Where the site's file is; null for an uninstallation, which leaves it alone.</param>
/// <param name="Changes">What was done, in order; none when all was as wanted.</param>
/// <param name="Start">How to start it now, as the host itself would.</param>
public sealed record BootReport(
    string Interface,
    BootPlatform Platform,
    string Program,
    string? File,
    IReadOnlyList<BootChange> Changes,
    string Start
);

/// <summary>One thing that an installation wrote, removed or ran.</summary>
/// <param name="What"><c>write</c>, <c>copy</c>, <c>link</c>, <c>remove</c> or <c>run</c>.</param>
/// <param name="Where">The file, the nvram variable (<c>nvram:script_init</c>) or the command.</param>
/// <param name="Text">What a file or variable holds of it then; null for a program or a site's file.</param>
public sealed record BootChange(string What, string Where, string? Text = null);

/// <summary>A site as it runs at boot: paths as the booted host sees them.</summary>
/// <param name="Name">The interface.</param>
/// <param name="Program">The program that is started.</param>
/// <param name="File">The site's file.</param>
readonly record struct BootSite(string Name, string Program, string File);

/// <summary>Writes what one kind of host needs to start a site. Each method plans; <see cref="BootWork"/> does.</summary>
interface IBootPlatform
{
    /// <summary>Where the program is put that is run from elsewhere.</summary>
    string ProgramPlace { get; }

    /// <summary>The folder of sites' files.</summary>
    string FileFolder { get; }

    /// <summary>The folder for what an installation has to remember.</summary>
    string NoteFolder { get; }

    /// <summary>Folders whose content is there at every boot, if late: nothing is copied from there.</summary>
    ImmutableArray<string> LastingFolders { get; }

    void Install(BootSite site, BootWork work);

    /// <summary>Takes away what <see cref="Install"/> wrote for this interface.</summary>
    /// <returns>Whether no other site is left that starts at boot.</returns>
    bool Uninstall(string name, BootWork work);

    /// <summary>Whether a boot starts the site.</summary>
    bool Starts(string name, BootWork work);

    /// <summary>The command that starts the site now as a boot does.</summary>
    string StartCommand(BootSite site);
}
