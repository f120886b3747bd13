using System.Collections.Immutable;
using Weft.Config;
using Weft.Mesh;

namespace Weft.Cli.Makeconf;

/// <summary>What was made, and what a person does next: said at the end of <c>makeconf</c>.</summary>
static class NextSteps
{
    /// <summary>Of a long list, what is shown; the rest is counted.</summary>
    const int MostListed = 25;

    const string Home = "/etc/wireguard";

    internal static void Print(TextWriter writer, MadeMesh made, string meshFile, RekeyStep? rekey = null)
    {
        MadeSite[] changed = [.. made.Sites.Where(site => site.Change != FileChange.Unchanged)];
        if (changed.Length == 0)
        {
            writer.WriteLine(
                $"Nothing changed: the files of {FindingText.Count(made.Sites.Length, "site")} in {made.Folder} are as {meshFile} says."
            );
            Leftovers(writer, made);
            HalfDone(writer, made);
            return;
        }
        int width = changed.Max(site => site.Name.Length);
        Listed(
            writer,
            changed,
            site =>
                $"{Word(site.Change)}  {site.Name.PadRight(width)}  {string.Join(", ", site.Addresses)}  {site.File}{NewKey(site)}"
        );
        if (changed.Length < made.Sites.Length)
            writer.WriteLine($"unchanged: {FindingText.Count(made.Sites.Length - changed.Length, "other site")}");
        Leftovers(writer, made);
        if (rekey is null)
            Next(writer, changed, meshFile);
        else
            NextOfRekey(writer, made, rekey);
        HalfDone(writer, made);
    }

    /// <summary>In this order no link is lost, but for the moment in which the site itself changes over.</summary>
    static void NextOfRekey(TextWriter writer, MadeMesh made, RekeyStep rekey)
    {
        int step = 1;
        writer.WriteLine();
        writer.WriteLine(
            $"Next, in this order (weft deploy keeps to it): the file, and then weft start {Home}/{MeshMaker.SiteFile}"
        );
        foreach (ImmutableArray<MadeSite> sites in made.Delivery(rekey))
        {
            bool isOwn = string.Equals(sites[0].Name, rekey.Site, StringComparison.OrdinalIgnoreCase);
            writer.WriteLine(
                (isOwn, rekey.Phase) switch
                {
                    (true, _) => $"{step++}. {rekey.Site} first: from then on it has the new key.",
                    (_, RekeyPhase.Begin) =>
                        $"{step++}. These sites, in any order: they then know {rekey.Site} by both keys.",
                    (_, RekeyPhase.Finish) =>
                        $"{step++}. Then these, in any order: they forget the old key of {rekey.Site}.",
                    _ => $"{step++}. These sites, in any order: they forget the new key of {rekey.Site}.",
                }
            );
            Listed(writer, [.. sites], Bring);
        }
        if (rekey.Phase == RekeyPhase.Begin)
            writer.WriteLine($"{step}. Once all of them have it: weft site rekey {rekey.Site} --finish");
    }

    static void HalfDone(TextWriter writer, MadeMesh made)
    {
        foreach (string site in made.HalfDone)
            writer.WriteLine(
                $"half done: the rekey of {site}. Go on with: weft site rekey {site} --finish; or give it up with --undo"
            );
    }

    static void Next(TextWriter writer, MadeSite[] changed, string meshFile)
    {
        writer.WriteLine();
        writer.WriteLine("Next:");
        writer.WriteLine(
            $"1. Bring each file to its site: weft deploy, or by hand. It is all that the site needs, and holds its private key."
        );
        Listed(writer, changed, Bring);
        writer.WriteLine(
            $"   To a router without .NET bring {MeshMaker.ScriptFile} too, which lies beside it; what starts it there: sh {MeshMaker.ScriptFile} start"
        );
        MadeSite[] open = [.. changed.Where(site => site.Endpoint is not null)];
        if (open.Length > 0)
        {
            writer.WriteLine("2. Let UDP in where others dial; on a router in front of the site, forward the port.");
            Listed(writer, open, site => $"     port {site.ListenPort} at {site.Name}{Mapped(site)}");
        }
        writer.WriteLine(
            $"{(open.Length > 0 ? 3 : 2)}. On each site, unless weft deploy did it: weft start {Home}/{MeshMaker.SiteFile}, then: weft status"
        );
        writer.WriteLine(
            $"Keep {meshFile} and {KeysFolder.PathBeside(meshFile)}: from them the mesh is made again, with the same keys."
        );
    }

    static string Bring(MadeSite site) =>
        site.Endpoint is null
            ? $"     {site.File}  to {site.Name}, which is behind NAT"
            : $"     scp {site.File} root@{site.Name}:{Home}/";

    static string Mapped(MadeSite site) =>
        site.Endpoint is HostPort endpoint && endpoint.Port != site.ListenPort ? $", dialled as {endpoint}" : "";

    static void Leftovers(TextWriter writer, MadeMesh made)
    {
        foreach (string folder in made.Leftovers)
            writer.WriteLine(
                $"left alone: {Path.Combine(made.Folder, folder)}, whose site is not in the mesh; remove it by hand"
            );
    }

    static void Listed(TextWriter writer, MadeSite[] sites, Func<MadeSite, string> line)
    {
        foreach (MadeSite site in sites.Take(MostListed))
            writer.WriteLine(line(site));
        if (sites.Length > MostListed)
            writer.WriteLine($"     and {sites.Length - MostListed} more");
    }

    static string NewKey(MadeSite site) => site is { HasNewKey: true, Change: FileChange.Changed } ? "  (new key)" : "";

    static string Word(FileChange change) => change == FileChange.Created ? "created" : "changed";
}
