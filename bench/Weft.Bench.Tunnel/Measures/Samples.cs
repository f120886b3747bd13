namespace Weft.Bench.Tunnel.Measures;

/// <summary>What was measured in a sitting: for every contender and quantity one figure a round.</summary>
sealed class Samples
{
    readonly Dictionary<(string Contender, string Quantity), List<double>> _figures = [];

    internal void Add(string contender, string quantity, double figure)
    {
        if (!_figures.TryGetValue((contender, quantity), out List<double>? list))
            _figures.Add((contender, quantity), list = []);
        list.Add(figure);
    }

    internal bool Has(string contender) => _figures.Keys.Any(key => key.Contender == contender);

    /// <summary>Rounds that a contender ended.</summary>
    internal int Rounds(string contender) => Sorted(contender, Quantity.RttLoaded99.Name).Length;

    /// <summary>The middle one of the rounds' figures; NaN when there is none.</summary>
    internal double Median(string contender, string quantity)
    {
        double[] sorted = Sorted(contender, quantity);
        if (sorted.Length == 0)
            return double.NaN;
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The least and the greatest of the rounds' figures.</summary>
    internal (double Least, double Greatest) Range(string contender, string quantity)
    {
        double[] sorted = Sorted(contender, quantity);
        return sorted.Length == 0 ? (double.NaN, double.NaN) : (sorted[0], sorted[^1]);
    }

    double[] Sorted(string contender, string quantity) =>
        _figures.TryGetValue((contender, quantity), out List<double>? list) ? [.. list.Order()] : [];
}
