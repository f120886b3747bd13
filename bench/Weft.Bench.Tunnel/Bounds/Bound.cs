using System.Globalization;

namespace Weft.Bench.Tunnel.Bounds;

/// <summary>A figure that was measured and what was asked of it.</summary>
/// <param name="What">In words, for the table.</param>
/// <param name="Format">How the figure is written.</param>
/// <param name="AtMost">Whether less is better.</param>
/// <param name="How">What the figure was made of.</param>
sealed record Bound(string What, double Figure, string Unit, string Format, double Asked, bool AtMost, string How)
{
    internal bool Holds => AtMost ? Figure <= Asked : Figure >= Asked;

    internal string Measured => string.Create(CultureInfo.InvariantCulture, $"{Say(Figure)} {Unit}").TrimEnd();

    internal string Wanted =>
        string.Create(CultureInfo.InvariantCulture, $"{(AtMost ? "at most" : "at least")} {Asked:0.##} {Unit}")
            .TrimEnd();

    internal string Verdict => Holds ? "holds" : "does not hold";

    string Say(double figure) => figure.ToString(Format, CultureInfo.InvariantCulture);
}
