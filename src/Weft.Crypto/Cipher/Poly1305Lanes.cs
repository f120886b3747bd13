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
    /// <summary>Bytes of a group.</summary>
    static int GroupLength => TLimbs.Lanes * Poly1305.BlockLength;

    // Below that many groups, making the powers of r costs more than the lanes gain.
    const int WorthwhileGroups = 2;

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

    /// <summary>Takes whole groups, at least one.</summary>
    [SkipLocalsInit]
    static void Groups(ref Poly1305 mac, ReadOnlySpan<byte> data)
    {
        Debug.Assert(!data.IsEmpty && data.Length % GroupLength == 0);
        int before = data.Length - GroupLength;
        Number step = Number.Repeat(mac.R);
        Number last = step;
        // Powers by squaring: rⁿ in every lane, and for the last group one more than the blocks that follow in each lane.
        for (int bit = 0; 1 << bit < TLimbs.Lanes; bit++)
        {
            Multiply(ref last, new Factor(step.OrOne(bit)));
            Multiply(ref step, new Factor(step));
        }
        Number sum = Number.InFirstLane(mac.Sum);
        Absorb(ref sum, new Factor(step), data[..before]);
        Absorb(ref sum, new Factor(last), data[before..]);
        mac.Sum = sum.AddLanes();
    }

    /// <summary>sum = (sum + group) · factor in each lane, for one group after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Absorb(ref Number sum, in Factor factor, ReadOnlySpan<byte> data)
    {
        (TVector s0, TVector s1, TVector s2, TVector s3, TVector s4) = (sum.L0, sum.L1, sum.L2, sum.L3, sum.L4);
        ref byte group = ref MemoryMarshal.GetReference(data);
        ref byte end = ref Unsafe.Add(ref group, data.Length);
        for (; Unsafe.IsAddressLessThan(ref group, ref end); group = ref Unsafe.Add(ref group, GroupLength))
        {
            TVector low = TLimbs.LowHalves(in group);
            TVector high = TLimbs.HighHalves(in group);
            s0 = TLimbs.Add(s0, Limb(low));
            s1 = TLimbs.Add(s1, Limb(TLimbs.ShiftRight(low, 26)));
            s2 = TLimbs.Add(s2, Limb(TLimbs.Or(TLimbs.ShiftRight(low, 52), TLimbs.ShiftLeft(high, 12))));
            s3 = TLimbs.Add(s3, Limb(TLimbs.ShiftRight(high, 14)));
            s4 = TLimbs.Add(s4, TLimbs.Or(TLimbs.ShiftRight(high, 40), TLimbs.Repeat(1UL << 24)));
            Multiply(ref s0, ref s1, ref s2, ref s3, ref s4, factor);
        }
        (sum.L0, sum.L1, sum.L2, sum.L3, sum.L4) = (s0, s1, s2, s3, s4);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Multiply(ref Number number, in Factor factor)
    {
        (TVector n0, TVector n1, TVector n2, TVector n3, TVector n4) = (
            number.L0,
            number.L1,
            number.L2,
            number.L3,
            number.L4
        );
        Multiply(ref n0, ref n1, ref n2, ref n3, ref n4, factor);
        (number.L0, number.L1, number.L2, number.L3, number.L4) = (n0, n1, n2, n3, n4);
    }

    /// <summary>
    /// number = number · factor mod 2¹³⁰ − 5, carried until limbs have 26 bits, the second and the last perhaps 27. What a limb
    /// of weight 2¹³⁰ or more would get comes back five times at 2⁰.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Multiply(
        ref TVector n0,
        ref TVector n1,
        ref TVector n2,
        ref TVector n3,
        ref TVector n4,
        in Factor factor
    )
    {
        TVector p0 = TLimbs.Multiply(n0, factor.L0);
        TVector p1 = TLimbs.Multiply(n0, factor.L1);
        TVector p2 = TLimbs.Multiply(n0, factor.L2);
        TVector p3 = TLimbs.Multiply(n0, factor.L3);
        TVector p4 = TLimbs.Multiply(n0, factor.L4);

        p0 = TLimbs.MultiplyAdd(p0, n1, factor.FiveL4);
        p1 = TLimbs.MultiplyAdd(p1, n1, factor.L0);
        p2 = TLimbs.MultiplyAdd(p2, n1, factor.L1);
        p3 = TLimbs.MultiplyAdd(p3, n1, factor.L2);
        p4 = TLimbs.MultiplyAdd(p4, n1, factor.L3);

        p0 = TLimbs.MultiplyAdd(p0, n2, factor.FiveL3);
        p1 = TLimbs.MultiplyAdd(p1, n2, factor.FiveL4);
        p2 = TLimbs.MultiplyAdd(p2, n2, factor.L0);
        p3 = TLimbs.MultiplyAdd(p3, n2, factor.L1);
        p4 = TLimbs.MultiplyAdd(p4, n2, factor.L2);

        p0 = TLimbs.MultiplyAdd(p0, n3, factor.FiveL2);
        p1 = TLimbs.MultiplyAdd(p1, n3, factor.FiveL3);
        p2 = TLimbs.MultiplyAdd(p2, n3, factor.FiveL4);
        p3 = TLimbs.MultiplyAdd(p3, n3, factor.L0);
        p4 = TLimbs.MultiplyAdd(p4, n3, factor.L1);

        p0 = TLimbs.MultiplyAdd(p0, n4, factor.FiveL1);
        p1 = TLimbs.MultiplyAdd(p1, n4, factor.FiveL2);
        p2 = TLimbs.MultiplyAdd(p2, n4, factor.FiveL3);
        p3 = TLimbs.MultiplyAdd(p3, n4, factor.FiveL4);
        p4 = TLimbs.MultiplyAdd(p4, n4, factor.L0);

        // Two chains of carries side by side, from limb 0 and from limb 3.
        p1 = TLimbs.Add(p1, Carry(ref p0));
        p4 = TLimbs.Add(p4, Carry(ref p3));
        p2 = TLimbs.Add(p2, Carry(ref p1));
        p0 = TLimbs.Add(p0, Fivefold(Carry(ref p4)));
        p3 = TLimbs.Add(p3, Carry(ref p2));
        p1 = TLimbs.Add(p1, Carry(ref p0));
        p4 = TLimbs.Add(p4, Carry(ref p3));
        (n0, n1, n2, n3, n4) = (p0, p1, p2, p3, p4);
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

        internal static Number Repeat(in Poly1305Number value) =>
            new()
            {
                L0 = TLimbs.Repeat(value.Limb0),
                L1 = TLimbs.Repeat(value.Limb1),
                L2 = TLimbs.Repeat(value.Limb2),
                L3 = TLimbs.Repeat(value.Limb3),
                L4 = TLimbs.Repeat(value.Limb4),
            };

        internal static Number InFirstLane(in Poly1305Number value) =>
            new()
            {
                L0 = TLimbs.InFirstLane(value.Limb0),
                L1 = TLimbs.InFirstLane(value.Limb1),
                L2 = TLimbs.InFirstLane(value.Limb2),
                L3 = TLimbs.InFirstLane(value.Limb3),
                L4 = TLimbs.InFirstLane(value.Limb4),
            };

        /// <summary>This number in the lanes with that bit in the count of blocks that follow, one in the others.</summary>
        internal readonly Number OrOne(int bit) =>
            new()
            {
                L0 = TLimbs.Choose(bit, L0, TLimbs.Repeat(1)),
                L1 = TLimbs.Choose(bit, L1, default),
                L2 = TLimbs.Choose(bit, L2, default),
                L3 = TLimbs.Choose(bit, L3, default),
                L4 = TLimbs.Choose(bit, L4, default),
            };

        internal readonly Poly1305Number AddLanes() =>
            Poly1305Number.FromLimbs(TLimbs.Sum(L0), TLimbs.Sum(L1), TLimbs.Sum(L2), TLimbs.Sum(L3), TLimbs.Sum(L4));
    }

    /// <summary>A number to multiply by, with five times its limbs ready for what folds.</summary>
    readonly struct Factor
    {
        internal readonly TVector L0;
        internal readonly TVector L1;
        internal readonly TVector L2;
        internal readonly TVector L3;
        internal readonly TVector L4;
        internal readonly TVector FiveL1;
        internal readonly TVector FiveL2;
        internal readonly TVector FiveL3;
        internal readonly TVector FiveL4;

        internal Factor(in Number number)
        {
            (L0, L1, L2, L3, L4) = (number.L0, number.L1, number.L2, number.L3, number.L4);
            (FiveL1, FiveL2) = (Fivefold(L1), Fivefold(L2));
            (FiveL3, FiveL4) = (Fivefold(L3), Fivefold(L4));
        }
    }
}
