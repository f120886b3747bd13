using System.Runtime.Intrinsics;

namespace Weft.Crypto;

/// <summary>
/// What ChaCha20 asks of a vector type. A vector holds one row of the 4×4 state for each of several consecutive blocks, a
/// block in every 128 bits, so that all widths run the same rounds.
/// </summary>
interface IRows<TVector>
    where TVector : struct
{
    /// <summary>Blocks side by side in a vector.</summary>
    static abstract int Blocks { get; }

    /// <summary>The same row for every block.</summary>
    static abstract TVector Repeat(Vector128<uint> row);

    /// <summary>The block's place in the vector, 0, 1, …, as the first word of each row.</summary>
    static abstract TVector Places { get; }

    static abstract TVector Add(TVector left, TVector right);

    /// <summary>The quarter round (RFC 8439 section 2.1) on four columns of every block.</summary>
    static abstract void QuarterRound(ref TVector a, ref TVector b, ref TVector c, ref TVector d);

    /// <summary>
    /// Makes columns of the diagonals. Of the rows, the second is left alone and the others turned to meet it, because a round
    /// ends with the second row's last value and the next begins with it.
    /// </summary>
    static abstract void Diagonals(ref TVector a, ref TVector c, ref TVector d);

    /// <summary>Undoes <see cref="Diagonals"/>.</summary>
    static abstract void Columns(ref TVector a, ref TVector c, ref TVector d);

    /// <summary>Writes the blocks one after the other, each of its four rows.</summary>
    static abstract void Store(TVector a, TVector b, TVector c, TVector d, Span<byte> blocks);
}
