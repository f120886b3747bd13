using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>Where sealed datagrams go: the sockets in the device, a wire in tests.</summary>
interface IRunOutput : INodeOutput
{
    /// <summary>Sends runs in order, or loses them.</summary>
    /// <param name="buffer">Valid during the call only.</param>
    /// <param name="sessions">Each run's.</param>
    void Send(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, ReadOnlySpan<Session> sessions);
}
