namespace Weft.Bench.Tunnel.Profile;

/// <summary>What a processor was busy with, by the name of what ran. Pure.</summary>
static class Work
{
    internal const string Kernel = "kernel: system calls, the stack and the wire behind them";
    internal const string Poly1305 = "cipher: Poly1305";
    internal const string ChaCha20 = "cipher: ChaCha20";
    internal const string Framing = "cipher: framing, adding and wiping keystream";
    internal const string Checksum = "checksum, fused with the copy";
    internal const string Copy = "copies";
    internal const string Packets = "cutting and joining, with the checksums taken in there";
    internal const string Bookkeeping = "routing, sessions, windows, timers, counters";
    internal const string Doors = "the program's side of system calls";
    internal const string Rest = "runtime and all else";

    /// <summary>In the order of the table.</summary>
    internal static readonly IReadOnlyList<string> All =
    [
        Kernel,
        Poly1305,
        ChaCha20,
        Framing,
        Checksum,
        Copy,
        Packets,
        Bookkeeping,
        Doors,
        Rest,
    ];

    static readonly (string Part, string Kind)[] s_kinds =
    [
        ("[kernel]", Kernel),
        ("Poly1305Lanes", Poly1305),
        ("Poly1305Number", Poly1305),
        ("Limbs", Poly1305),
        ("Weft.Crypto.Poly1305::", Poly1305),
        ("ChaCha20Rows", ChaCha20),
        ("ChaCha20::", ChaCha20),
        ("[Weft.Crypto]", Framing),
        ("InternetChecksum", Checksum),
        ("emmove", Copy),
        ("memcpy", Copy),
        ("memset", Copy),
        ("SpanHelpers", Copy),
        ("[Weft.Device] Weft.Device.PacketSegments", Packets),
        ("[Weft.Device] Weft.Device.SegmentMerger", Packets),
        ("[Weft.Device] Weft.Device.SuperPacket", Packets),
        ("[Weft.Device] Weft.Device.FlowSegment", Packets),
        ("[Weft.Device]", Bookkeeping),
        ("[Weft.Protocol]", Bookkeeping),
        ("[Weft.Linux]", Doors),
        ("PInvoke", Doors),
    ];

    internal static string KindOf(string name)
    {
        // What a method takes is not what it is.
        name = name.Split('(')[0];
        foreach ((string part, string kind) in s_kinds)
        {
            if (name.Contains(part, StringComparison.Ordinal))
                return kind;
        }
        return Rest;
    }
}
