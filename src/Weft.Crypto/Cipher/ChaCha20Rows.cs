using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Weft.Crypto;

/// <summary>
/// The keystream of ChaCha20 (RFC 8439 section 2.3), a few blocks at a time, in vectors of any width. A group is a state in
/// four vectors, thus one, two or four consecutive blocks. The rounds of one block are one long chain of dependent
/// operations, so the long passes run several groups at once: as many as the machine has registers for.
/// </summary>
static class ChaCha20Rows<TVector, TRows>
    where TVector : struct
    where TRows : struct, IRows<TVector>
{
    /// <summary>Bytes of keystream that a group makes.</summary>
    internal static int GroupLength => TRows.Blocks * ChaCha20.BlockLength;

    // Each pass is compiled by itself, at once and for good: inlined into a caller it would run into the just-in-time
    // compiler's limits and become several times slower.

    /// <summary>One group of keystream, from the block with the given number on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void One(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream)
    {
        Group start = Group.Start(key, nonce, number);
        Group g0 = start;
        for (int i = 0; i < ChaCha20.DoubleRounds; i++)
        {
            g0.RoundOnColumns();
            g0.RoundOnDiagonals();
        }
        g0.Finish(start, 0, keystream);
    }

    /// <summary>Three groups of keystream, for sixteen vector registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Three(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream)
    {
        Group start = Group.Start(key, nonce, number);
        Group g0 = start;
        Group g1 = start.Later(1);
        Group g2 = start.Later(2);
        for (int i = 0; i < ChaCha20.DoubleRounds; i++)
        {
            g0.RoundOnColumns();
            g1.RoundOnColumns();
            g2.RoundOnColumns();
            g0.RoundOnDiagonals();
            g1.RoundOnDiagonals();
            g2.RoundOnDiagonals();
        }
        g0.Finish(start, 0, keystream);
        g1.Finish(start, 1, keystream);
        g2.Finish(start, 2, keystream);
    }

    /// <summary>Six groups of keystream, for 32 vector registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Six(ReadOnlySpan<byte> key, in Nonce nonce, uint number, Span<byte> keystream)
    {
        Group start = Group.Start(key, nonce, number);
        Group g0 = start;
        Group g1 = start.Later(1);
        Group g2 = start.Later(2);
        Group g3 = start.Later(3);
        Group g4 = start.Later(4);
        Group g5 = start.Later(5);
        for (int i = 0; i < ChaCha20.DoubleRounds; i++)
        {
            g0.RoundOnColumns();
            g1.RoundOnColumns();
            g2.RoundOnColumns();
            g3.RoundOnColumns();
            g4.RoundOnColumns();
            g5.RoundOnColumns();
            g0.RoundOnDiagonals();
            g1.RoundOnDiagonals();
            g2.RoundOnDiagonals();
            g3.RoundOnDiagonals();
            g4.RoundOnDiagonals();
            g5.RoundOnDiagonals();
        }
        g0.Finish(start, 0, keystream);
        g1.Finish(start, 1, keystream);
        g2.Finish(start, 2, keystream);
        g3.Finish(start, 3, keystream);
        g4.Finish(start, 4, keystream);
        g5.Finish(start, 5, keystream);
    }

    /// <summary>The four rows of one group's states.</summary>
    struct Group
    {
        TVector _a;
        TVector _b;
        TVector _c;
        TVector _d;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static Group Start(ReadOnlySpan<byte> key, in Nonce nonce, uint number)
        {
            Group start;
            start._a = TRows.Repeat(ChaCha20.Constants);
            start._b = TRows.Repeat(LittleEndian.Words(key));
            start._c = TRows.Repeat(LittleEndian.Words(key[16..]));
            start._d = TRows.Add(TRows.Repeat(nonce.LastRow(number)), TRows.Places);
            return start;
        }

        /// <summary>The state so many groups further on.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Group Later(int groups)
        {
            Group later = this;
            later._d = TRows.Add(_d, TRows.Repeat(Vector128.CreateScalar((uint)(groups * TRows.Blocks))));
            return later;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void RoundOnColumns() => TRows.QuarterRound(ref _a, ref _b, ref _c, ref _d);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void RoundOnDiagonals()
        {
            TRows.Diagonals(ref _a, ref _c, ref _d);
            TRows.QuarterRound(ref _a, ref _b, ref _c, ref _d);
            TRows.Columns(ref _a, ref _c, ref _d);
        }

        /// <summary>Adds the state that the group began with, and writes its place of the keystream.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly void Finish(in Group start, int place, Span<byte> keystream)
        {
            Group first = start.Later(place);
            TRows.Store(
                TRows.Add(_a, first._a),
                TRows.Add(_b, first._b),
                TRows.Add(_c, first._c),
                TRows.Add(_d, first._d),
                keystream.Slice(place * GroupLength, GroupLength)
            );
        }
    }
}
