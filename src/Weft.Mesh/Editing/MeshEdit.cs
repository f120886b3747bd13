using System.Collections.Immutable;
using System.Net;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// Changes the text of a <c>mesh.conf</c> where a site comes or goes, and leaves the rest as its author wrote it, comments
/// and all. Pure.
/// </summary>
static class MeshEdit
{
    /// <summary>The text with one more site at its end.</summary>
    internal static string Add(string text, MeshSite site)
    {
        const string section = "\n[Site]\n";
        string written = MeshConfigText.Write(new MeshConfig { Sites = [site] });
        string end = text.Length == 0 || text.EndsWith('\n') ? "" : "\n";
        return $"{text}{end}{written[written.IndexOf(section, StringComparison.Ordinal)..]}";
    }

    /// <summary>
    /// The text without a site. The sites behind it in the file would move up by one address each, so those that would
    /// are given the address that they have.
    /// </summary>
    /// <param name="text">What <paramref name="mesh"/> was parsed from.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="site">The site's place in it.</param>
    internal static string Remove(string text, MeshConfig mesh, int site)
    {
        List<string> lines = [.. text.Split('\n')];
        (int first, int after) = SectionOf(lines, mesh.Sites[site].Line - 1);
        ImmutableArray<(int Line, string Text)> pins = PinsWithout(mesh, site);
        for (int i = pins.Length - 1; i >= 0; i--)
        {
            if (pins[i].Line >= after)
                lines.Insert(pins[i].Line, pins[i].Text);
        }
        lines.RemoveRange(first, after - first);
        for (int i = pins.Length - 1; i >= 0; i--)
        {
            if (pins[i].Line <= first)
                lines.Insert(pins[i].Line, pins[i].Text);
        }
        return string.Join('\n', lines);
    }

    /// <summary>
    /// The lines of a section, first and one past the last: with the comments right above its heading, and without those
    /// right above the next.
    /// </summary>
    static (int First, int After) SectionOf(List<string> lines, int heading)
    {
        int first = AboveComments(lines, heading);
        int next = lines.FindIndex(heading + 1, line => line.TrimStart().StartsWith('['));
        return next >= 0 ? (first, AboveComments(lines, next))
            // The last section leaves the final line end, which splits off an empty line.
            : lines[^1].Length == 0 ? (first, lines.Count - 1)
            : (first, lines.Count);
    }

    static int AboveComments(List<string> lines, int heading)
    {
        while (heading > 0 && lines[heading - 1].TrimStart().StartsWith('#'))
            heading--;
        return heading;
    }

    /// <summary>Lines to insert, and where: below the names of the sites whose addresses would change.</summary>
    static ImmutableArray<(int Line, string Text)> PinsWithout(MeshConfig mesh, int site)
    {
        ImmutableArray<ImmutableArray<InterfaceAddress>> had = TunnelAddresses.Assign(mesh).RemoveAt(site);
        MeshConfig rest = mesh with { Sites = mesh.Sites.RemoveAt(site) };
        SortedDictionary<int, string> pins = [];
        // An address that is given to one site may be the one that another would get: again, until none moves.
        while (Moved(rest, had) is { Count: > 0 } moved)
        {
            foreach (int i in moved)
            {
                MeshSite one = rest.Sites[i];
                ImmutableArray<IPAddress> all = [.. had[i].Select(a => a.Address)];
                string missing = string.Join(", ", all.Except(one.Addresses).Select(AddressText.Format));
                pins[one.Places.First(place => place.Key == "Name").Line] = $"Address = {missing}";
                rest = rest with { Sites = rest.Sites.SetItem(i, one with { Addresses = all }) };
            }
        }
        return [.. pins.Select(pin => (pin.Key, pin.Value))];
    }

    static List<int> Moved(MeshConfig mesh, ImmutableArray<ImmutableArray<InterfaceAddress>> had)
    {
        ImmutableArray<ImmutableArray<InterfaceAddress>> now = TunnelAddresses.Assign(mesh);
        return [.. Enumerable.Range(0, now.Length).Where(i => !now[i].SequenceEqual(had[i]))];
    }
}
