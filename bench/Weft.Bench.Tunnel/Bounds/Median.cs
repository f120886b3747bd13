namespace Weft.Bench.Tunnel.Bounds;

/// <summary>The middle one of some figures.</summary>
static class Median
{
    internal static double Of(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
