using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;

namespace Weft.Cli.Wg;

/// <summary>
/// <c>wg setconf</c> (the device becomes what the file says), <c>addconf</c> (what the file says is added) and
/// <c>syncconf</c> (like setconf, but peers that stay are not removed and made again, so their sessions live).
/// </summary>
static class WgSetConf
{
    internal static int Run(WgSurroundings wg, string subcommand, string[] args)
    {
        if (args.Length != 2)
        {
            wg.Error.Write($"Usage: {wg.Program} {subcommand} <interface> <configuration filename>\n");
            return 1;
        }
        ParseResult<DeviceConfig> parsed = WgConfText.Parse(ReadFile(args[1]), args[1], wg.Names);
        if (!parsed.IsGood)
        {
            foreach (Diagnostic fault in parsed.Faults)
                wg.Error.Write($"wg: {fault}\n");
            return 1;
        }
        WarnOfHostBits(wg, parsed.Value);
        DeviceConfig config = subcommand == "addconf" ? parsed.Value : Whole(parsed.Value);
        if (subcommand == "syncconf" && config.Peers.Length > 0)
            config = AgainstRunning(config, wg.Devices.Get(args[0]));
        wg.Devices.Set(args[0], config);
        return 0;
    }

    internal static void WarnOfHostBits(WgSurroundings wg, DeviceConfig config)
    {
        foreach (PeerConfig peer in config.Peers)
        foreach (AllowedIpChange change in peer.AllowedIps)
            if (change.HasHostBits)
                wg.Error.Write($"wg: warning: {change} has bits set after its prefix; it stands for {change.Prefix}\n");
    }

    /// <summary>What a whole configuration leaves out is off, and peers that it leaves out are gone.</summary>
    static DeviceConfig Whole(DeviceConfig config) =>
        config with
        {
            PrivateKey = config.PrivateKey ?? PrivateKey.AsWritten(new byte[KeyText.KeyLength]),
            ListenPort = config.ListenPort ?? 0,
            FirewallMark = config.FirewallMark ?? 0,
            ReplacePeers = true,
        };

    /// <summary>
    /// Keeps the peers that the device has and the file still names. Their preshared key and keepalive go off when the
    /// file dropped them, as newer tools than Debian's have it.
    /// </summary>
    static DeviceConfig AgainstRunning(DeviceConfig config, DeviceStatus running)
    {
        if (running.Peers.IsEmpty)
            return config;
        Dictionary<PublicKey, PeerStatus> had = [];
        foreach (PeerStatus peer in running.Peers)
            had[peer.PublicKey] = peer;
        HashSet<PublicKey> kept = [.. config.Peers.Select(peer => peer.PublicKey)];
        ImmutableArray<PeerConfig>.Builder peers = ImmutableArray.CreateBuilder<PeerConfig>();
        // In the order in which the C tool removes them.
        foreach (PublicKey key in had.Keys.Where(key => !kept.Contains(key)).OrderDescending())
            peers.Add(new PeerConfig { PublicKey = key, Remove = true });
        foreach (PeerConfig peer in config.Peers)
            peers.Add(had.TryGetValue(peer.PublicKey, out PeerStatus? before) ? ResetDropped(peer, before) : peer);
        return config with { ReplacePeers = false, Peers = peers.DrainToImmutable() };
    }

    static PeerConfig ResetDropped(PeerConfig peer, PeerStatus before)
    {
        if (peer.PresharedKey is null && before.PresharedKey is not null)
            peer = peer with { PresharedKey = new PresharedKey(new byte[KeyText.KeyLength]) };
        if (peer.PersistentKeepalive is null && before.PersistentKeepalive != 0)
            peer = peer with { PersistentKeepalive = 0 };
        return peer;
    }

    /// <summary>Byte for byte: a name in some other encoding passes through as it is.</summary>
    static string ReadFile(string path)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            string text = Encoding.Latin1.GetString(bytes);
            CryptographicOperations.ZeroMemory(bytes);
            return text;
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new OperationFailedException($"{path}: the file cannot be read: {e.Message}", null, e);
        }
    }
}
