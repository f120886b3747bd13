using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// Which public site carries the traffic of two sites behind NAT, and which ones stand in while that one cannot. Both sites
/// must choose the same ones, or each would drop the other's packets as coming from the wrong peer. Candidates are the
/// public sites marked <c>Relay</c>, else the first public sites of the file, in this order. Of marked ones the pairs
/// take the highest by a hash of the three names (rendezvous hashing), so that another site or another relay moves as
/// few pairs as can be. Pure.
/// </summary>
sealed class RelayChoice
{
    /// <summary>One that carries and those that stand in: each makes a line for each far site in the files of all sites behind NAT.</summary>
    internal const int Most = 4;

    readonly ImmutableArray<MeshSite> _sites;
    readonly ImmutableArray<int> _candidates;
    readonly bool _inOrder;

    internal RelayChoice(ImmutableArray<MeshSite> sites)
    {
        _sites = sites;
        ImmutableArray<int> open = [.. Enumerable.Range(0, sites.Length).Where(i => !sites[i].Nat)];
        ImmutableArray<int> marked = [.. open.Where(i => sites[i].Relay)];
        _inOrder = marked.IsEmpty;
        _candidates = marked.IsEmpty ? [.. open.Take(Most)] : marked;
    }

    /// <summary>
    /// The relays of two sites by their places in the file, either way round: the one that carries, then those that
    /// stand in, in the file's order. Empty when every site is behind NAT.
    /// </summary>
    internal ImmutableArray<int> Between(int one, int other)
    {
        if (_inOrder || _candidates.Length <= 1)
            return _candidates;
        string[] names = [Folded(one), Folded(other)];
        Array.Sort(names, StringComparer.Ordinal);
        Span<(ulong Rank, int Site)> best = stackalloc (ulong, int)[Most];
        int count = 0;
        foreach (int candidate in _candidates)
        {
            ulong rank = Rank($"{names[0]}\n{names[1]}\n{Folded(candidate)}");
            int place = count;
            while (place > 0 && best[place - 1].Rank <= rank)
                place--;
            if (place == Most)
                continue;
            count = Math.Min(count + 1, Most);
            best[place..(count - 1)].CopyTo(best[(place + 1)..]);
            best[place] = (rank, candidate);
        }
        int[] relays = new int[count];
        for (int i = 0; i < count; i++)
            relays[i] = best[i].Site;
        // A site's file says which is first, and of the others only what its own order of peers says.
        Array.Sort(relays, 1, count - 1);
        return ImmutableCollectionsMarshal.AsImmutableArray(relays);
    }

    string Folded(int site) => _sites[site].Name.ToLowerInvariant();

    static ulong Rank(string names)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(names), digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}
