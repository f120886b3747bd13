using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Weft.Cli;

/// <summary>
/// The host's log (syslog(3), RFC 3164) for what runs in the background: one datagram a line to <c>/dev/log</c>. A host
/// without a log daemon gets none, and the history of <c>weft status</c> still tells. Any thread.
/// </summary>
static class SystemLog
{
    const string Place = "/dev/log";

    /// <summary>LOG_DAEMON, in the upper bits of a priority.</summary>
    const int Daemon = 3 << 3;

    internal static void Notice(string line) => Write(5, line);

    internal static void Warning(string line) => Write(4, line);

    static void Write(int severity, string line)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"<{Daemon | severity}>weft[{Environment.ProcessId}]: {line}"
        );
        try
        {
            // Opened each time: lines are rare, and a log daemon that is started anew makes a new socket.
            using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Blocking = false;
            socket.SendTo(Encoding.UTF8.GetBytes(text), new UnixDomainSocketEndPoint(Place));
        }
        catch (SocketException)
        {
            // Nobody logs here, or not fast enough; there is nobody left to tell.
        }
    }
}
