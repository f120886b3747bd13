using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;

namespace Weft.Cli.Wg;

/// <summary><c>wg set</c>: changes to a device out of arguments. Keys come from files, never from arguments.</summary>
static class WgSet
{
    internal static int Run(WgSurroundings wg, string[] args)
    {
        if (args.Length < 2)
        {
            wg.Error.Write(
                $"Usage: {wg.Program} set <interface> [listen-port <port>] [fwmark <mark>] [private-key <file path>]"
                    + " [peer <base64 public key> [remove] [preshared-key <file path>] [endpoint <ip>:<port>]"
                    + " [persistent-keepalive <interval seconds>]"
                    + " [allowed-ips [+|-]<ip1>/<cidr1>[,[+|-]<ip2>/<cidr2>]...] ]...\n"
            );
            return 1;
        }
        DeviceConfig config = new Arguments(wg, args[1..]).Read();
        WgSetConf.WarnOfHostBits(wg, config);
        wg.Devices.Set(args[0], config);
        return 0;
    }

    /// <summary>Reads the arguments from left to right; those after a <c>peer</c> are of that peer.</summary>
    sealed class Arguments(WgSurroundings wg, string[] args)
    {
        readonly ImmutableArray<PeerConfig>.Builder _peers = ImmutableArray.CreateBuilder<PeerConfig>();
        readonly ImmutableArray<AllowedIpChange>.Builder _allowed = ImmutableArray.CreateBuilder<AllowedIpChange>();
        DeviceConfig _device = new();
        PeerConfig? _peer;

        internal DeviceConfig Read()
        {
            for (int i = 0; i < args.Length; i++)
            {
                string name = args[i];
                if (name == "remove" && _peer is not null)
                {
                    _peer = _peer with { Remove = true };
                    continue;
                }
                bool known = name == "peer" || (_peer is null ? IsOfDevice(name) : IsOfPeer(name));
                if (!known || i + 1 == args.Length)
                    throw new OperationFailedException(
                        known ? $"'{name}' lacks its value" : $"'{Shown(name)}' is not understood here",
                        $"{wg.Program} set shows what is"
                    );
                string value = args[++i];
                if (name == "peer")
                    StartPeer(value);
                else if (_peer is null)
                    ReadDevice(name, value);
                else
                    ReadPeer(name, value, _peer);
            }
            FinishPeer();
            return _device with { Peers = _peers.DrainToImmutable() };
        }

        static bool IsOfDevice(string name) => name is "listen-port" or "fwmark" or "private-key";

        static bool IsOfPeer(string name) =>
            name is "preshared-key" or "endpoint" or "persistent-keepalive" or "allowed-ips";

        void StartPeer(string value)
        {
            FinishPeer();
            if (!PublicKey.TryParse(value, out PublicKey key))
                throw new OperationFailedException("a peer's key is not 44 characters of base64", null);
            _peer = new PeerConfig { PublicKey = key };
        }

        void FinishPeer()
        {
            if (_peer is not null)
                _peers.Add(_peer with { AllowedIps = _allowed.DrainToImmutable() });
            _peer = null;
        }

        void ReadDevice(string name, string value)
        {
            string? why = null;
            Span<byte> bytes = stackalloc byte[KeyText.KeyLength];
            switch (name)
            {
                case "listen-port":
                    ushort? port = wg.Names.FindPort(value, out why);
                    _device = _device with { ListenPort = port ?? throw Bad(name, value, why) };
                    break;
                case "fwmark":
                    _device = _device with
                    {
                        FirewallMark =
                            WgValue.Mark(value) ?? throw Bad(name, value, "give off or a number up to 0xffffffff"),
                    };
                    break;
                case "private-key":
                    WgKeys.ReadKeyFile(value, bytes);
                    _device.PrivateKey?.Dispose();
                    _device = _device with { PrivateKey = PrivateKey.AsWritten(bytes) };
                    CryptographicOperations.ZeroMemory(bytes);
                    break;
            }
        }

        void ReadPeer(string name, string value, PeerConfig peer)
        {
            string? why = "there is no port";
            Span<byte> bytes = stackalloc byte[KeyText.KeyLength];
            switch (name)
            {
                case "preshared-key":
                    WgKeys.ReadKeyFile(value, bytes);
                    peer.PresharedKey?.Dispose();
                    _peer = peer with { PresharedKey = new PresharedKey(bytes) };
                    CryptographicOperations.ZeroMemory(bytes);
                    break;
                case "endpoint":
                    IPEndPoint? endpoint = null;
                    if (WgValue.TrySplitEndpoint(value, out string host, out string service))
                        endpoint = wg.Names.Find(host, service, patient: true, out why);
                    _peer = peer with { Endpoint = endpoint ?? throw Bad(name, value, why) };
                    break;
                case "persistent-keepalive":
                    _peer = peer with
                    {
                        PersistentKeepalive =
                            WgValue.Keepalive(value) ?? throw Bad(name, value, "give off or seconds up to 65535"),
                    };
                    break;
                case "allowed-ips":
                    string list = string.Concat(value.Where(c => c is not (' ' or (>= '\t' and <= '\r'))));
                    bool? whole = WgValue.AllowedIps(list, _allowed, increments: true, out string? wrong);
                    if (whole is null)
                        throw Bad(name, wrong!, "that is not a network");
                    _peer = peer with { ReplaceAllowedIps = peer.ReplaceAllowedIps || whole.Value };
                    break;
            }
        }

        static OperationFailedException Bad(string name, string value, string? why) =>
            new($"{name} '{Shown(value)}': {why}", null);

        /// <summary>A key that stands in the wrong place shall not be repeated.</summary>
        static string Shown(string text) => text.Length < 40 ? text : $"{text[..8]}…";
    }
}
