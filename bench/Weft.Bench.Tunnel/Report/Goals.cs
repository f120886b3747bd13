using Weft.Bench.Tunnel.Measures;

namespace Weft.Bench.Tunnel.Report;

/// <summary>What was set out to be reached, as ratios between medians of one sitting.</summary>
static class Goals
{
    internal const string Ours = "weft";
    internal const string Go = "wireguard-go";
    internal const string Bare = "C, no cipher";
    internal const string Sealing = "C, libcrypto";

    internal static readonly IReadOnlyList<Goal> All =
    [
        .. Each([Quantity.Tcp1, Quantity.Tcp4, Quantity.Tcp1Back, Quantity.Tcp4Back], Go, 2.0, atLeast: true),
        .. Each([Quantity.Tcp1, Quantity.Tcp4, Quantity.Tcp1Back, Quantity.Tcp4Back], Sealing, 1.0, atLeast: true),
        .. Each([Quantity.SendCpu, Quantity.ReceiveCpu], Go, 0.5, atLeast: false),
        .. Each([Quantity.SendCpu, Quantity.ReceiveCpu], Sealing, 1.0, atLeast: false),
        .. Each([Quantity.Udp1372, Quantity.Udp64], Go, 1.9, atLeast: true),
        .. Each([Quantity.Udp1372, Quantity.Udp64], Sealing, 0.95, atLeast: true),
        .. Each([Quantity.RttIdle, Quantity.RttLoaded99], Go, 0.6, atLeast: false),
        .. Each([Quantity.RttIdle], Sealing, 1.2, atLeast: false),
        .. Each([Quantity.RttIdle], "tinc", 1.0, atLeast: false),
        .. Each([Quantity.Memory], Go, 0.35, atLeast: false),
        .. Each([Quantity.Tcp1, Quantity.Tcp4], "openvpn", 7, atLeast: true),
        .. Each([Quantity.Tcp1, Quantity.Tcp4], "tinc", 7, atLeast: true),
    ];

    static IEnumerable<Goal> Each(Quantity[] quantities, string against, double ratio, bool atLeast) =>
        quantities.Select(quantity => new Goal(quantity, against, ratio, atLeast));
}

/// <summary>Our median of a quantity is to be so many times another's.</summary>
sealed record Goal(Quantity Quantity, string Against, double Ratio, bool AtLeast)
{
    internal double Reached(Samples samples) =>
        samples.Median(Goals.Ours, Quantity.Name) / samples.Median(Against, Quantity.Name);

    internal bool IsReached(Samples samples) => AtLeast ? Reached(samples) >= Ratio : Reached(samples) <= Ratio;
}
