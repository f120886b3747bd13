using System.Net;
using System.Net.Sockets;
using Weft.Config;

namespace Weft.Control;

/// <summary>
/// Sends every peer one small packet through the tunnel: after this site's own key or port has changed, no peer could
/// reach it before it has spoken.
/// </summary>
static class Knock
{
    /// <summary>RFC 863: whoever listens there throws it away.</summary>
    const int DiscardPort = 9;

    internal static void On(SiteConfig config)
    {
        foreach (PeerSection peer in config.Peers)
        {
            if (TunnelAddress.Of(peer, config.Interface) is not { } address)
                continue;
            try
            {
                using Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                socket.SendTo([], new IPEndPoint(address, DiscardPort));
            }
            catch (SocketException)
            {
                // A peer that has no endpoint yet, or no route: there is nobody to knock at.
            }
        }
    }
}
