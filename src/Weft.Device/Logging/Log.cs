using Microsoft.Extensions.Logging;

namespace Weft.Device;

/// <summary>
/// All that the device says. Nothing per packet, never a key. Event ids: 1 to 19 life, 20 to 39 interface and sockets, 40 to
/// 59 configuration.
/// </summary>
static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Name} is there, configured at {Path}")]
    public static partial void Started(ILogger logger, string name, string path);

    [LoggerMessage(2, LogLevel.Information, "Ending: {Reason}")]
    public static partial void Ending(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Critical, "The {Thread} thread failed; the device ends")]
    public static partial void ThreadFailed(ILogger logger, string thread, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "The rehearsal failed; the first packets may wait for the compiler")]
    public static partial void RehearsalFailed(ILogger logger, Exception exception);

    [LoggerMessage(20, LogLevel.Information, "Interface up, listening at UDP port {Port}{Families}")]
    public static partial void Up(ILogger logger, ushort port, string families);

    [LoggerMessage(21, LogLevel.Information, "Interface down")]
    public static partial void Down(ILogger logger);

    [LoggerMessage(
        22,
        LogLevel.Error,
        "Interface is up, but nothing can be sent or received: {Reason}; trying again every second"
    )]
    public static partial void NotBound(ILogger logger, string reason);

    [LoggerMessage(23, LogLevel.Information, "MTU {Mtu}")]
    public static partial void MtuChanged(ILogger logger, int mtu);

    [LoggerMessage(24, LogLevel.Warning, "The kernel refuses segmented datagrams; sending them one by one from now on")]
    public static partial void SegmentationOff(ILogger logger);

    [LoggerMessage(25, LogLevel.Warning, "The TUN refuses super-packets; writing packets one by one from now on")]
    public static partial void MergingOff(ILogger logger);

    [LoggerMessage(26, LogLevel.Warning, "Receiving failed on the {Family} socket; trying again")]
    public static partial void ReceiveFailed(ILogger logger, string family);

    [LoggerMessage(27, LogLevel.Information, "The machine slept; all sessions are forgotten")]
    public static partial void Slept(ILogger logger);

    [LoggerMessage(
        28,
        LogLevel.Warning,
        "Floods of handshakes cost more than they need: the kernel takes no filter for the socket: {Reason}"
    )]
    public static partial void NoFilter(ILogger logger, string reason);

    [LoggerMessage(40, LogLevel.Debug, "Configuration applied: {Peers} peers named, errno {Errno}")]
    public static partial void Configured(ILogger logger, int peers, int errno);

    [LoggerMessage(41, LogLevel.Warning, "Configuration refused: {Reason}")]
    public static partial void Refused(ILogger logger, string reason);

    [LoggerMessage(42, LogLevel.Debug, "A configuration client went away: {Reason}")]
    public static partial void ClientGone(ILogger logger, string reason);

    [LoggerMessage(43, LogLevel.Warning, "No configuration client can be taken now: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string reason);
}
