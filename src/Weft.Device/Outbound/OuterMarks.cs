namespace Weft.Device;

/// <summary>What the packet inside asks of the IP header outside.</summary>
/// <param name="TrafficClass">The whole TOS or traffic-class byte.</param>
/// <param name="HopLimit">TTL or hop limit; 0 lets the system choose.</param>
readonly record struct OuterMarks(byte TrafficClass, byte HopLimit = 0);
