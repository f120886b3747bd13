using System.Globalization;
using Weft.Config;

namespace Weft.Cli.Wg;

/// <summary><c>wg showconf</c>: a device as a file that <c>setconf</c> reads.</summary>
static class WgShowConf
{
    internal static int Run(WgSurroundings wg, string[] args)
    {
        if (args.Length != 1)
        {
            wg.Error.Write($"Usage: {wg.Program} showconf <interface>\n");
            return 1;
        }
        DeviceStatus device = wg.Devices.Get(args[0]);
        TextWriter to = wg.Output;
        to.Write("[Interface]\n");
        if (device.ListenPort != 0)
            to.Write(string.Create(CultureInfo.InvariantCulture, $"ListenPort = {device.ListenPort}\n"));
        if (device.FirewallMark != 0)
            to.Write($"FwMark = {WgShow.Mark(device.FirewallMark)}\n");
        if (device.PrivateKey is { } key)
            to.Write($"PrivateKey = {WgShow.Text(key)}\n");
        to.Write('\n');
        for (int i = 0; i < device.Peers.Length; i++)
        {
            if (i > 0)
                to.Write('\n');
            WritePeer(wg, device.Peers[i]);
        }
        return 0;
    }

    static void WritePeer(WgSurroundings wg, PeerStatus peer)
    {
        TextWriter to = wg.Output;
        to.Write($"[Peer]\nPublicKey = {peer.PublicKey}\n");
        if (peer.PresharedKey is { } key)
            to.Write($"PresharedKey = {WgShow.Text(key)}\n");
        if (!peer.AllowedIps.IsEmpty)
            to.Write($"AllowedIPs = {string.Join(", ", peer.AllowedIps.Select(AddressText.Format))}\n");
        if (WgShow.EndpointOrNull(wg, peer) is { } endpoint)
            to.Write($"Endpoint = {endpoint}\n");
        if (peer.PersistentKeepalive != 0)
            to.Write(
                string.Create(CultureInfo.InvariantCulture, $"PersistentKeepalive = {peer.PersistentKeepalive}\n")
            );
    }
}
