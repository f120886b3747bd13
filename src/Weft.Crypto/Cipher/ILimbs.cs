namespace Weft.Crypto;

/// <summary>
/// What Poly1305 asks of a vector type: 64-bit lanes, each working on every n-th block of a message of groups of n blocks.
/// </summary>
interface ILimbs<TVector>
    where TVector : struct
{
    /// <summary>Lanes, and blocks in a group.</summary>
    static abstract int Lanes { get; }

    /// <summary>
    /// How many blocks of its group come after each lane's own. The first block of a group always is lane 0's; the others lie
    /// as <see cref="LowHalves"/> leaves them.
    /// </summary>
    static abstract TVector BlocksAfter { get; }

    static abstract TVector Repeat(ulong value);

    /// <summary>The value in lane 0, zeros in the others.</summary>
    static abstract TVector InFirstLane(ulong value);

    /// <summary>The first eight bytes of each block of the group that starts here.</summary>
    static abstract TVector LowHalves(ref readonly byte group);

    /// <summary>The last eight bytes of each block of the group that starts here.</summary>
    static abstract TVector HighHalves(ref readonly byte group);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector And(TVector left, TVector right);

    static abstract TVector Or(TVector left, TVector right);

    static abstract TVector ShiftLeft(TVector value, int bits);

    static abstract TVector ShiftRight(TVector value, int bits);

    /// <summary>The 64-bit products of the lanes' low 32 bits.</summary>
    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>A sum and the 64-bit products of the low 32 bits of two more.</summary>
    static abstract TVector MultiplyAdd(TVector sum, TVector left, TVector right);

    /// <summary><paramref name="set"/> in the lanes where the bit of <see cref="BlocksAfter"/> is set, else the other.</summary>
    static abstract TVector Choose(int bit, TVector set, TVector clear);

    /// <summary>The sum of all lanes.</summary>
    static abstract ulong Sum(TVector value);
}
