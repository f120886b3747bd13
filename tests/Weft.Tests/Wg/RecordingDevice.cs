using System.Net.Sockets;
using System.Text;

namespace Weft.Tests.Wg;

/// <summary>
/// A UAPI server that answers as it is told and keeps what it was sent, byte for byte. One thread of its own; whoever
/// makes it disposes of it.
/// </summary>
sealed class RecordingDevice : IDisposable
{
    readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    readonly List<string> _received = [];
    readonly Thread _thread;
    readonly byte[] _toGet;
    readonly byte[] _toSet;

    internal RecordingDevice(string folder, string name, string toGet, string toSet)
    {
        _toGet = Encoding.Latin1.GetBytes(toGet);
        _toSet = Encoding.Latin1.GetBytes(toSet);
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, name + ".sock")));
        _listener.Listen(16);
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The requests since the last call, one string each; connections that said nothing don't count.</summary>
    internal string[] TakeReceived()
    {
        lock (_received)
        {
            string[] all = [.. _received];
            _received.Clear();
            return all;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _thread.Join();
    }

    void Serve()
    {
        while (true)
        {
            try
            {
                using Socket connection = _listener.Accept();
                Answer(connection);
            }
            catch (SocketException) when (!_listener.SafeHandle.IsClosed)
            {
                // The client went away; the next one may come.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    void Answer(Socket connection)
    {
        StringBuilder request = new();
        byte[] buffer = new byte[65536];
        while (request.Length < 2 || request[^1] != '\n' || request[^2] != '\n')
        {
            int length = connection.Receive(buffer);
            if (length == 0)
                break;
            request.Append(Encoding.Latin1.GetString(buffer, 0, length));
        }
        if (request.Length == 0)
            return;
        lock (_received)
            _received.Add(request.ToString());
        connection.Send(request.ToString().StartsWith("get=1", StringComparison.Ordinal) ? _toGet : _toSet);
    }
}
