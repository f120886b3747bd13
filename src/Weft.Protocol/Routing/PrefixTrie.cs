using System.Numerics;

namespace Weft.Protocol;

/// <summary>
/// Prefixes of one address family and what belongs to each: a binary trie that skips bits all its prefixes share. One
/// writer at a time; readers take no lock, because a vertex's prefix never changes and each change becomes visible by
/// writing one reference.
/// </summary>
/// <typeparam name="TAddress">The address as a number, first byte most significant: uint or UInt128.</typeparam>
/// <typeparam name="TValue">What belongs to a prefix.</typeparam>
sealed class PrefixTrie<TAddress, TValue>
    where TAddress : unmanaged, IBinaryInteger<TAddress>, IUnsignedNumber<TAddress>
    where TValue : class
{
    static readonly int Width = TAddress.Zero.GetByteCount() * 8;

    volatile Vertex? _root;

    /// <summary>What belongs to the longest prefix that holds the address.</summary>
    internal TValue? Find(TAddress address)
    {
        TValue? best = null;
        for (Vertex? vertex = _root; vertex is not null && vertex.Covers(address); vertex = vertex.Next(address))
            best = vertex.Value ?? best;
        return best;
    }

    /// <summary>Sets what belongs to a prefix whose host bits are zero; returns what did before.</summary>
    internal TValue? Set(TAddress prefix, int length, TValue value)
    {
        Vertex? parent = null;
        Vertex? vertex = _root;
        while (vertex is not null && vertex.Length <= length && vertex.Covers(prefix))
        {
            if (vertex.Length == length)
            {
                TValue? before = vertex.Value;
                vertex.Value = value;
                return before;
            }
            parent = vertex;
            vertex = vertex.Next(prefix);
        }
        Vertex leaf = new(prefix, length) { Value = value };
        Link(parent, vertex is null ? leaf : Join(leaf, vertex));
        return null;
    }

    /// <summary>What belongs to exactly this prefix.</summary>
    internal TValue? Get(TAddress prefix, int length)
    {
        Vertex? vertex = _root;
        while (vertex is not null && vertex.Length < length && vertex.Covers(prefix))
            vertex = vertex.Next(prefix);
        return vertex is not null && vertex.Length == length && vertex.Covers(prefix) ? vertex.Value : null;
    }

    /// <summary>Removes a prefix; returns what belonged to it.</summary>
    internal TValue? Remove(TAddress prefix, int length)
    {
        Vertex? grandparent = null;
        Vertex? parent = null;
        Vertex? vertex = _root;
        while (vertex is not null && vertex.Length < length && vertex.Covers(prefix))
        {
            grandparent = parent;
            parent = vertex;
            vertex = vertex.Next(prefix);
        }
        if (vertex is null || vertex.Length != length || !vertex.Covers(prefix) || vertex.Value is not { } before)
            return null;
        vertex.Value = null;
        if (vertex.Zero is not null && vertex.One is not null)
            return before;
        Replace(parent, vertex, vertex.Zero ?? vertex.One);
        // A fork that holds nothing and has lost a branch is one vertex too many.
        if (parent is { Value: null } && (parent.Zero is null || parent.One is null))
            Replace(grandparent, parent, parent.Zero ?? parent.One);
        return before;
    }

    internal static TAddress Mask(int length) => length == 0 ? TAddress.Zero : TAddress.AllBitsSet << (Width - length);

    /// <summary>A vertex above both: the new one itself if its prefix holds the other's, else a fork.</summary>
    static Vertex Join(Vertex added, Vertex present)
    {
        int common = int.CreateTruncating(TAddress.LeadingZeroCount(added.Prefix ^ present.Prefix));
        common = Math.Min(common, Math.Min(added.Length, present.Length));
        if (common == added.Length)
        {
            added.SetNext(present);
            return added;
        }
        Vertex fork = new(added.Prefix & Mask(common), common);
        fork.SetNext(added);
        fork.SetNext(present);
        return fork;
    }

    void Link(Vertex? parent, Vertex child)
    {
        if (parent is null)
            _root = child;
        else
            parent.SetNext(child);
    }

    void Replace(Vertex? parent, Vertex old, Vertex? replacement)
    {
        if (parent is null)
            _root = replacement;
        else if (parent.Zero == old)
            parent.Zero = replacement;
        else
            parent.One = replacement;
    }

    sealed class Vertex(TAddress prefix, int length)
    {
        readonly TAddress _mask = Mask(length);

        /// <summary>The first bit after the prefix; zero when there is none, which makes Next harmless.</summary>
        readonly TAddress _nextBit = length == Width ? TAddress.Zero : TAddress.One << (Width - 1 - length);

        internal volatile Vertex? Zero;
        internal volatile Vertex? One;
        internal volatile TValue? Value;

        internal TAddress Prefix { get; } = prefix;

        internal int Length { get; } = length;

        internal bool Covers(TAddress address) => (address & _mask) == Prefix;

        internal Vertex? Next(TAddress address) => TAddress.IsZero(address & _nextBit) ? Zero : One;

        internal void SetNext(Vertex child)
        {
            if (TAddress.IsZero(child.Prefix & _nextBit))
                Zero = child;
            else
                One = child;
        }
    }
}
