namespace Weft.Protocol;

/// <summary>What the host's routing says of sticky sources: the kernel in the device, a table in tests.</summary>
public interface ISourceRoutes
{
    /// <summary>
    /// Whether what is sent to <paramref name="heard"/> from its source address leaves by its source interface. If it does
    /// not, the peer should be answered from whatever address the way out has.
    /// </summary>
    bool LeaveBySource(in Endpoint heard);
}
