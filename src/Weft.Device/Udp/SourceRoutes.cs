using Weft.Linux;
using Weft.Linux.Netlink;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// Asks the kernel which way packets to a peer would leave, and hears when that may have changed. It lives in the network
/// namespace of the sockets: the one in which it is made. The control thread's; the device host owns it.
/// </summary>
/// <param name="listening">Knows the mark that packets bear.</param>
sealed class SourceRoutes(Listening listening) : ISourceRoutes, IDisposable
{
    readonly RouteNews _news = new();
    readonly RouteNetlink _netlink = new();

    /// <summary>Readable when addresses, routes or rules changed.</summary>
    public Descriptor Descriptor => _news.Descriptor;

    /// <summary>Takes the news.</summary>
    public void Drain() => _news.Drain();

    public bool LeaveBySource(in Endpoint heard)
    {
        // A scope names the interface already.
        if (heard.ScopeId != 0 || heard.ToIPEndPoint() is not { } to)
            return true;
        try
        {
            Route? route = _netlink.RouteTo(to.Address, listening.Mark, heard.SourceIPAddress());
            // No way at all is no better from another address.
            return route is null || route.LinkIndex == 0 || route.LinkIndex == heard.SourceInterface;
        }
        catch (NetlinkException e)
        {
            // The kernel's word for an address that is not, or no longer, this host's. Else it cannot tell.
            return e.Error != Errno.EINVAL;
        }
    }

    public void Dispose()
    {
        _news.Dispose();
        _netlink.Dispose();
    }
}
