using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// Which public site carries the traffic of two sites behind NAT, and which one stands in while that one cannot. Both sites
/// must choose the same ones, or each would drop the other's packets as coming from the wrong peer. Candidates are the
/// public sites marked <c>Relay</c>, else the first two public sites of the file, in this order. Of marked ones the pairs
/// take the two highest by a hash of the three names (rendezvous hashing), so that another site or another relay moves as
/// few pairs as can be. Pure.
/// </summary>
sealed class RelayChoice
{
    readonly ImmutableArray<MeshSite> _sites;
    readonly ImmutableArray<int> _candidates;
    readonly bool _inOrder;

    internal RelayChoice(ImmutableArray<MeshSite> sites)
    {
        _sites = sites;
        ImmutableArray<int> open = [.. Enumerable.Range(0, sites.Length).Where(i => !sites[i].Nat)];
        ImmutableArray<int> marked = [.. open.Where(i => sites[i].Relay)];
        _inOrder = marked.IsEmpty;
        _candidates = marked.IsEmpty ? [.. open.Take(2)] : marked;
    }

    /// <summary>The relays of two sites by their places in the file, either way round; null when every site is behind NAT.</summary>
    internal RelayPair? Between(int one, int other)
    {
        if (_candidates.IsEmpty)
            return null;
        if (_inOrder || _candidates.Length == 1)
            return new RelayPair(_candidates[0], _candidates.Length > 1 ? _candidates[1] : null);
        string[] names = [Folded(one), Folded(other)];
        Array.Sort(names, StringComparer.Ordinal);
        (int Site, ulong Rank) first = (-1, 0);
        (int Site, ulong Rank) second = (-1, 0);
        foreach (int candidate in _candidates)
        {
            ulong rank = Rank($"{names[0]}\n{names[1]}\n{Folded(candidate)}");
            if (first.Site < 0 || rank >= first.Rank)
                (second, first) = (first, (candidate, rank));
            else if (second.Site < 0 || rank >= second.Rank)
                second = (candidate, rank);
        }
        return new RelayPair(first.Site, second.Site);
    }

    string Folded(int site) => _sites[site].Name.ToLowerInvariant();

    static ulong Rank(string names)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(names), digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}

/// <summary>The sites that carry the traffic of one pair, by their places in the file.</summary>
/// <param name="First">While it can.</param>
/// <param name="StandIn">While the first cannot; null when there is no other.</param>
public readonly record struct RelayPair(int First, int? StandIn);
