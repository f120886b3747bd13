using System.Globalization;

namespace Weft.Bench.Tunnel;

/// <summary>How long a sitting is.</summary>
/// <param name="Rounds">Of those whose figures are compared.</param>
/// <param name="FieldRounds">Of the others, spread over these.</param>
/// <param name="Seconds">Length of one run.</param>
sealed record Plan(int Rounds, int FieldRounds, double Seconds)
{
    internal string Options =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"--rounds {Rounds} --field-rounds {FieldRounds} --seconds {Seconds}"
        );

    /// <summary>Whether a contender runs in a round, of which the first is 1.</summary>
    internal bool Has(int round, bool isField)
    {
        if (!isField || FieldRounds >= Rounds)
            return true;
        return round * FieldRounds / Rounds > (round - 1) * FieldRounds / Rounds;
    }
}
