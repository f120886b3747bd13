using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Has the kernel sort out a flood (<see cref="HandshakeFilter"/>) when one comes, and lets everything in again ten seconds
/// later: should it go on, it is seen within milliseconds. So a filter costs nothing when there is no flood. Where the kernel
/// takes none, floods cost more and nothing else changes. The packet thread's; part of a <see cref="SocketSource"/>.
/// </summary>
sealed class FloodGuard(UdpSocket socket, ILogger logger) : IDisposable
{
    /// <summary>More in a window are a flood: datagrams that are nothing to us, or that came while many others waited.</summary>
    const int Most = 1000;

    static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    SocketFilter? _filter;
    bool _isFiltering;
    bool _isRefused;
    int _count;

    /// <summary>When the window closes, or the filter is taken away.</summary>
    Instant _end;

    /// <summary>So many more have come.</summary>
    public void Count(Instant now, int datagrams)
    {
        if (now >= _end)
        {
            _end = now + Window;
            _count = 0;
            if (_isFiltering)
                socket.SetFilter(null);
            _isFiltering = false;
        }
        _count += datagrams;
        if (_count <= Most || _isFiltering || _isRefused)
            return;
        try
        {
            _filter ??= HandshakeFilter.Load(socket.IsIPv6);
            socket.SetFilter(_filter);
            _isFiltering = true;
            _end = now + Duration;
        }
        catch (KernelRefusedException e)
        {
            _isRefused = true;
            Log.NoFilter(logger, e.Message);
        }
    }

    public void Dispose() => _filter?.Dispose();
}
