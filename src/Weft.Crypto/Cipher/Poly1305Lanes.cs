using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Crypto;

/// <summary>
/// Poly1305 over groups of n blocks, n at a time. The polynomial m₁·rᵏ + m₂·rᵏ⁻¹ + … falls into n polynomials in rⁿ, one a lane;
/// at the end each lane is multiplied by the power of r that its blocks still lack, and the lanes are added up. Numbers stand in
/// five limbs of 26 bits in lanes of 64, so that products and their sums fit.
/// </summary>
static class Poly1305Lanes<TVector, TLimbs>
    where TVector : struct
    where TLimbs : struct, ILimbs<TVector>
{
    // Below that many groups, making the powers of r costs more than the lanes gain.
    const int WorthwhileGroups = 2;

    // Below that many pairs of groups, one more power costs more than it gains.
    const int WorthwhilePairs = 3;

    /// <summary>Bytes of a group.</summary>
    static int GroupLength => TLimbs.Lanes * Poly1305.BlockLength;

    /// <summary>Takes whole blocks: the groups among them by lanes, the rest one by one.</summary>
    internal static void Blocks(ref Poly1305 mac, ReadOnlySpan<byte> data)
    {
        if (data.Length >= WorthwhileGroups * GroupLength)
        {
            int grouped = data.Length / GroupLength * GroupLength;
            Groups(ref mac, data[..grouped]);
            data = data[grouped..];
        }
        mac.Blocks(data);
    }

    // What follows is compiled at once and for good, in parts small enough for the just-in-time compiler to keep in registers.

    /// <summary>Takes whole groups, at least one.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Groups(ref Poly1305 mac, ReadOnlySpan<byte> data)
    {
        Debug.Assert(!data.IsEmpty && data.Length % GroupLength == 0);
        Number step;
        Number last;
        Number sum;
        Number.Repeat(out step, mac.R);
        Number.Repeat(out last, mac.R);
        for (int bit = 0; 1 << bit < TLimbs.Lanes; bit++)
            Raise(ref step, ref last, bit);
        Number.InFirstLane(out sum, mac.Sum);
        int before = data.Length - GroupLength;
        int paired = before / (2 * GroupLength) * (2 * GroupLength);
        if (paired < WorthwhilePairs * 2 * GroupLength)
            paired = 0;
        else
            AbsorbPairs(ref sum, step, data[..paired]);
        Absorb(ref sum, step, data[paired..before]);
        Absorb(ref sum, last, data[before..]);
        mac.Sum = sum.AddLanes();
    }

    /// <summary>
    /// A step of raising to powers by squaring. After all of them <paramref name="step"/> is rⁿ in every lane, and
    /// <paramref name="last"/> has the exponent of one more than the blocks that follow the lane's own in a group.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Raise(ref Number step, ref Number last, int bit)
    {
        TVector f0 = step.L0;
        TVector f1 = step.L1;
        TVector f2 = step.L2;
        TVector f3 = step.L3;
        TVector f4 = step.L4;
        (TVector v1, TVector v2, TVector v3, TVector v4) = (Fivefold(f1), Fivefold(f2), Fivefold(f3), Fivefold(f4));
        (TVector n0, TVector n1, TVector n2, TVector n3, TVector n4) = (last.L0, last.L1, last.L2, last.L3, last.L4);
        Multiply(ref n0, ref n1, ref n2, ref n3, ref n4, f0, f1, f2, f3, f4, v1, v2, v3, v4);
        last.L0 = TLimbs.Choose(bit, n0, last.L0);
        last.L1 = TLimbs.Choose(bit, n1, last.L1);
        last.L2 = TLimbs.Choose(bit, n2, last.L2);
        last.L3 = TLimbs.Choose(bit, n3, last.L3);
        last.L4 = TLimbs.Choose(bit, n4, last.L4);
        (n0, n1, n2, n3, n4) = (f0, f1, f2, f3, f4);
        Multiply(ref n0, ref n1, ref n2, ref n3, ref n4, f0, f1, f2, f3, f4, v1, v2, v3, v4);
        step.L0 = n0;
        step.L1 = n1;
        step.L2 = n2;
        step.L3 = n3;
        step.L4 = n4;
    }

    /// <summary>sum = (sum + group) · factor in each lane, for one group after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Absorb(ref Number sum, in Number factor, ReadOnlySpan<byte> data)
    {
        TVector f0 = factor.L0;
        TVector f1 = factor.L1;
        TVector f2 = factor.L2;
        TVector f3 = factor.L3;
        TVector f4 = factor.L4;
        (TVector v1, TVector v2, TVector v3, TVector v4) = (Fivefold(f1), Fivefold(f2), Fivefold(f3), Fivefold(f4));
        (TVector s0, TVector s1, TVector s2, TVector s3, TVector s4) = (sum.L0, sum.L1, sum.L2, sum.L3, sum.L4);
        ref byte group = ref MemoryMarshal.GetReference(data);
        ref byte end = ref Unsafe.Add(ref group, data.Length);
        for (; Unsafe.IsAddressLessThan(ref group, ref end); group = ref Unsafe.Add(ref group, GroupLength))
        {
            Read(in group, out TVector m0, out TVector m1, out TVector m2, out TVector m3, out TVector m4);
            s0 = TLimbs.Add(s0, m0);
            s1 = TLimbs.Add(s1, m1);
            s2 = TLimbs.Add(s2, m2);
            s3 = TLimbs.Add(s3, m3);
            s4 = TLimbs.Add(s4, m4);
            Multiply(ref s0, ref s1, ref s2, ref s3, ref s4, f0, f1, f2, f3, f4, v1, v2, v3, v4);
        }
        sum.L0 = s0;
        sum.L1 = s1;
        sum.L2 = s2;
        sum.L3 = s3;
        sum.L4 = s4;
    }

    /// <summary>
    /// sum = (sum + group) · factor² + next group · factor in each lane, for one pair of groups after the other. The second product
    /// does not wait for the sum, and both are carried at once: less than a step for each, which is one long chain.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void AbsorbPairs(ref Number sum, in Number factor, ReadOnlySpan<byte> data)
    {
        TVector f0 = factor.L0;
        TVector f1 = factor.L1;
        TVector f2 = factor.L2;
        TVector f3 = factor.L3;
        TVector f4 = factor.L4;
        (TVector v1, TVector v2, TVector v3, TVector v4) = (Fivefold(f1), Fivefold(f2), Fivefold(f3), Fivefold(f4));
        (TVector q0, TVector q1, TVector q2, TVector q3, TVector q4) = (f0, f1, f2, f3, f4);
        Multiply(ref q0, ref q1, ref q2, ref q3, ref q4, f0, f1, f2, f3, f4, v1, v2, v3, v4);
        (TVector w1, TVector w2, TVector w3, TVector w4) = (Fivefold(q1), Fivefold(q2), Fivefold(q3), Fivefold(q4));
        (TVector s0, TVector s1, TVector s2, TVector s3, TVector s4) = (sum.L0, sum.L1, sum.L2, sum.L3, sum.L4);
        ref byte pair = ref MemoryMarshal.GetReference(data);
        ref byte end = ref Unsafe.Add(ref pair, data.Length);
        for (; Unsafe.IsAddressLessThan(ref pair, ref end); pair = ref Unsafe.Add(ref pair, 2 * GroupLength))
        {
            ref byte second = ref Unsafe.Add(ref pair, GroupLength);
            Read(in second, out TVector m0, out TVector m1, out TVector m2, out TVector m3, out TVector m4);
            TVector p0 = TLimbs.Multiply(m0, f0);
            TVector p1 = TLimbs.Multiply(m0, f1);
            TVector p2 = TLimbs.Multiply(m0, f2);
            TVector p3 = TLimbs.Multiply(m0, f3);
            TVector p4 = TLimbs.Multiply(m0, f4);
            AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, m1, v4, f0, f1, f2, f3);
            AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, m2, v3, v4, f0, f1, f2);
            AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, m3, v2, v3, v4, f0, f1);
            AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, m4, v1, v2, v3, v4, f0);
            Read(in pair, out m0, out m1, out m2, out m3, out m4);
            AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, TLimbs.Add(s0, m0), q0, q1, q2, q3, q4);
            AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, TLimbs.Add(s1, m1), w4, q0, q1, q2, q3);
            AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, TLimbs.Add(s2, m2), w3, w4, q0, q1, q2);
            AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, TLimbs.Add(s3, m3), w2, w3, w4, q0, q1);
            AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, TLimbs.Add(s4, m4), w1, w2, w3, w4, q0);
            CarryAll(ref p0, ref p1, ref p2, ref p3, ref p4);
            (s0, s1, s2, s3, s4) = (p0, p1, p2, p3, p4);
        }
        sum.L0 = s0;
        sum.L1 = s1;
        sum.L2 = s2;
        sum.L3 = s3;
        sum.L4 = s4;
    }

    /// <summary>The limbs of a group's blocks, each with the bit that stands above a whole block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Read(
        ref readonly byte group,
        out TVector m0,
        out TVector m1,
        out TVector m2,
        out TVector m3,
        out TVector m4
    )
    {
        TVector low = TLimbs.LowHalves(in group);
        TVector high = TLimbs.HighHalves(in group);
        m0 = Limb(low);
        m1 = Limb(TLimbs.ShiftRight(low, 26));
        m2 = Limb(TLimbs.Or(TLimbs.ShiftRight(low, 52), TLimbs.ShiftLeft(high, 12)));
        m3 = Limb(TLimbs.ShiftRight(high, 14));
        m4 = TLimbs.Or(TLimbs.ShiftRight(high, 40), TLimbs.Repeat(1UL << 24));
    }

    /// <summary>p += n · f, where n is one limb of a number, and f the limbs that it meets at each of the product's places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddLimb(
        ref TVector p0,
        ref TVector p1,
        ref TVector p2,
        ref TVector p3,
        ref TVector p4,
        TVector n,
        TVector f0,
        TVector f1,
        TVector f2,
        TVector f3,
        TVector f4
    )
    {
        p0 = TLimbs.MultiplyAdd(p0, n, f0);
        p1 = TLimbs.MultiplyAdd(p1, n, f1);
        p2 = TLimbs.MultiplyAdd(p2, n, f2);
        p3 = TLimbs.MultiplyAdd(p3, n, f3);
        p4 = TLimbs.MultiplyAdd(p4, n, f4);
    }

    /// <summary>
    /// n = n · f mod 2¹³⁰ − 5, carried until limbs have 26 bits, the second and the last perhaps 27. What would get a weight of
    /// 2¹³⁰ or more comes back five times at 2⁰ and up: v is f's limbs five times.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Multiply(
        ref TVector n0,
        ref TVector n1,
        ref TVector n2,
        ref TVector n3,
        ref TVector n4,
        TVector f0,
        TVector f1,
        TVector f2,
        TVector f3,
        TVector f4,
        TVector v1,
        TVector v2,
        TVector v3,
        TVector v4
    )
    {
        TVector p0 = TLimbs.Multiply(n0, f0);
        TVector p1 = TLimbs.Multiply(n0, f1);
        TVector p2 = TLimbs.Multiply(n0, f2);
        TVector p3 = TLimbs.Multiply(n0, f3);
        TVector p4 = TLimbs.Multiply(n0, f4);

        AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, n1, v4, f0, f1, f2, f3);
        AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, n2, v3, v4, f0, f1, f2);
        AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, n3, v2, v3, v4, f0, f1);
        AddLimb(ref p0, ref p1, ref p2, ref p3, ref p4, n4, v1, v2, v3, v4, f0);
        CarryAll(ref p0, ref p1, ref p2, ref p3, ref p4);
        (n0, n1, n2, n3, n4) = (p0, p1, p2, p3, p4);
    }

    /// <summary>Carries until limbs have 26 bits, the second and the last perhaps 27.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void CarryAll(ref TVector p0, ref TVector p1, ref TVector p2, ref TVector p3, ref TVector p4)
    {
        // Two chains of carries side by side, from limb 0 and from limb 3.
        p1 = TLimbs.Add(p1, Carry(ref p0));
        p4 = TLimbs.Add(p4, Carry(ref p3));
        p2 = TLimbs.Add(p2, Carry(ref p1));
        p0 = TLimbs.Add(p0, Fivefold(Carry(ref p4)));
        p3 = TLimbs.Add(p3, Carry(ref p2));
        p1 = TLimbs.Add(p1, Carry(ref p0));
        p4 = TLimbs.Add(p4, Carry(ref p3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Limb(TVector value) => TLimbs.And(value, TLimbs.Repeat(Poly1305Number.LimbMask));

    /// <summary>What a limb holds beyond 26 bits, taken from it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Carry(ref TVector limb)
    {
        TVector carry = TLimbs.ShiftRight(limb, Poly1305Number.LimbBits);
        limb = Limb(limb);
        return carry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Fivefold(TVector value) => TLimbs.Add(value, TLimbs.ShiftLeft(value, 2));

    /// <summary>A number in every lane.</summary>
    struct Number
    {
        internal TVector L0;
        internal TVector L1;
        internal TVector L2;
        internal TVector L3;
        internal TVector L4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static void Repeat(out Number lanes, in Poly1305Number value)
        {
            lanes.L0 = TLimbs.Repeat(value.Limb0);
            lanes.L1 = TLimbs.Repeat(value.Limb1);
            lanes.L2 = TLimbs.Repeat(value.Limb2);
            lanes.L3 = TLimbs.Repeat(value.Limb3);
            lanes.L4 = TLimbs.Repeat(value.Limb4);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static void InFirstLane(out Number lanes, in Poly1305Number value)
        {
            lanes.L0 = TLimbs.InFirstLane(value.Limb0);
            lanes.L1 = TLimbs.InFirstLane(value.Limb1);
            lanes.L2 = TLimbs.InFirstLane(value.Limb2);
            lanes.L3 = TLimbs.InFirstLane(value.Limb3);
            lanes.L4 = TLimbs.InFirstLane(value.Limb4);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Poly1305Number AddLanes() =>
            Poly1305Number.FromLimbs(TLimbs.Sum(L0), TLimbs.Sum(L1), TLimbs.Sum(L2), TLimbs.Sum(L3), TLimbs.Sum(L4));
    }
}
