using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Weft.Control;

/// <summary>
/// Tomato: a block of ours in each of three scripts that its nvram holds. <c>script_init</c> runs before there is any
/// storage, so it waits for that in the background; <c>script_fire</c> runs at every restart of the firewall.
/// </summary>
sealed partial class TomatoBoot : IBootPlatform
{
    const string Init = "script_init";

    /// <summary>What nvram takes of each.</summary>
    static readonly ImmutableArray<(string Variable, string File, int Most)> s_scripts =
    [
        (Init, "init", 4096),
        ("script_fire", "fire", 8192),
        ("script_shut", "shut", 4096),
    ];

    public string ProgramPlace => "/jffs/weft/weft";

    public string FileFolder => "/jffs/weft";

    public string NoteFolder => "/jffs/weft";

    public ImmutableArray<string> LastingFolders => ["/jffs/", "/opt/", "/mnt/", "/tmp/mnt/", "/cifs1/", "/cifs2/"];

    public void Install(BootSite site, BootWork work)
    {
        RefuseImage(work);
        MarkedBlock block = MarkedBlock.OfBoot(site.Name);
        Change(work, (text, file) => block.Put(text, BootScript.For($"tomato/{file}.sh", site)));
    }

    public bool Uninstall(string name, BootWork work)
    {
        RefuseImage(work);
        MarkedBlock block = MarkedBlock.OfBoot(name);
        bool isLast = true;
        Change(
            work,
            (text, _) =>
            {
                string rest = block.Remove(text);
                isLast &= !AnyBlock().IsMatch(rest);
                return rest;
            }
        );
        return isLast;
    }

    /// <summary>It does if there is anything to take away.</summary>
    public bool Starts(string name, BootWork work)
    {
        Uninstall(name, work);
        return !work.Changes.IsEmpty;
    }

    public string StartCommand(BootSite site) => $"{site.Program} start {site.File}";

    static void Change(BootWork work, Func<string, string, string> change)
    {
        bool any = false;
        foreach ((string variable, string file, int most) in s_scripts)
            any |= work.EditNvram(variable, most, text => change(text, file));
        // Flash is written once, and only for a reason.
        if (any)
            work.CommitNvram();
    }

    static void RefuseImage(BootWork work)
    {
        if (!work.IsThisHost)
            throw new OperationFailedException(
                "a Tomato keeps its scripts in nvram, which no image has",
                "Run it on the router; --dry-run shows what to put where by hand."
            );
    }

    [GeneratedRegex("^# weft \\S+ begins", RegexOptions.Multiline)]
    private static partial Regex AnyBlock();
}
