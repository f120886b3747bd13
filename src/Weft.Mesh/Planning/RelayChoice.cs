using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// Which public site carries the traffic of two sites behind NAT. Both sites must choose the same one, or each would
/// drop the other's packets as coming from the wrong peer. Candidates are the public sites marked <c>Relay</c>, else the
/// first public site of the file. Several candidates share the pairs by the highest hash of the three names (rendezvous
/// hashing), so that another site or another relay moves as few pairs as can be. Pure.
/// </summary>
sealed class RelayChoice
{
    readonly ImmutableArray<MeshSite> _sites;
    readonly ImmutableArray<int> _candidates;

    internal RelayChoice(ImmutableArray<MeshSite> sites)
    {
        _sites = sites;
        ImmutableArray<int> open = [.. Enumerable.Range(0, sites.Length).Where(i => !sites[i].Nat)];
        ImmutableArray<int> marked = [.. open.Where(i => sites[i].Relay)];
        _candidates = marked.IsEmpty ? [.. open.Take(1)] : marked;
    }

    /// <summary>The relay of two sites by their places in the file, either way round; null when every site is behind NAT.</summary>
    internal int? Between(int one, int other)
    {
        if (_candidates.IsEmpty)
            return null;
        if (_candidates.Length == 1)
            return _candidates[0];
        string[] names = [Folded(one), Folded(other)];
        Array.Sort(names, StringComparer.Ordinal);
        int best = _candidates[0];
        ulong highest = 0;
        foreach (int candidate in _candidates)
        {
            ulong rank = Rank($"{names[0]}\n{names[1]}\n{Folded(candidate)}");
            if (rank >= highest)
                (best, highest) = (candidate, rank);
        }
        return best;
    }

    string Folded(int site) => _sites[site].Name.ToLowerInvariant();

    static ulong Rank(string names)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(names), digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}
