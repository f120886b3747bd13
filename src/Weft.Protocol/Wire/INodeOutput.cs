namespace Weft.Protocol;

/// <summary>
/// Where a node's own datagrams go (handshakes, cookies, keepalives, flushed staged packets): a socket in the device, a
/// fake wire in tests. It is called with the node's gate or a tunnel's staging lock held, so it must not call back.
/// </summary>
public interface INodeOutput
{
    /// <summary>Sends one datagram, or loses it: errors are the output's own affair.</summary>
    /// <param name="datagram">Valid during the call only.</param>
    /// <param name="to">Where to, and the source to send from if one is set.</param>
    /// <param name="trafficClass">The whole TOS or traffic-class byte.</param>
    void Send(ReadOnlySpan<byte> datagram, in Endpoint to, byte trafficClass);
}
