namespace Weft.Bench.Tunnel.Measures;

/// <summary>Something that is measured of every contender.</summary>
/// <param name="Name">As it stands in the tables.</param>
/// <param name="Format">How its figures are written.</param>
sealed record Quantity(string Name, string Unit, string Format)
{
    internal static readonly Quantity Tcp1 = new("TCP, one stream", "Mbit/s", "F0");
    internal static readonly Quantity Tcp4 = new("TCP, four streams", "Mbit/s", "F0");
    internal static readonly Quantity Tcp1Back = new("TCP, one stream back", "Mbit/s", "F0");
    internal static readonly Quantity Tcp4Back = new("TCP, four streams back", "Mbit/s", "F0");
    internal static readonly Quantity SendCpu = new("CPU of the sending end", "s/GB", "F2");
    internal static readonly Quantity ReceiveCpu = new("CPU of the receiving end", "s/GB", "F2");
    internal static readonly Quantity Udp1372 = new("UDP of 1372 B, delivered", "Mbit/s", "F0");
    internal static readonly Quantity Udp64 = new("UDP of 64 B, delivered", "Mbit/s", "F1");
    internal static readonly Quantity RttIdle = new("RTT idle, mean", "ms", "F3");
    internal static readonly Quantity RttLoaded = new("RTT while TCP runs, mean", "ms", "F2");
    internal static readonly Quantity RttLoaded99 = new("RTT while TCP runs, 99th percentile", "ms", "F2");
    internal static readonly Quantity Memory = new("Resident memory under load, the larger end", "MiB", "F0");

    internal static readonly IReadOnlyList<Quantity> All =
    [
        Tcp1,
        Tcp4,
        Tcp1Back,
        Tcp4Back,
        SendCpu,
        ReceiveCpu,
        Udp1372,
        Udp64,
        RttIdle,
        RttLoaded,
        RttLoaded99,
        Memory,
    ];
}
