using System.Buffers;
using System.Globalization;
using System.Net;
using Weft.Config;

namespace Weft.Fuzz.Targets;

/// <summary>
/// The files of <c>wg setconf</c>: what is read, written as a command of UAPI and read again there, is the same.
/// </summary>
sealed class WgConfTarget : ITarget
{
    public TargetShape Shape { get; } =
        new("wg-conf")
        {
            IsText = true,
            MaxLength = 32 << 10,
            BriefRuns = 6000,
            Budget = new(64 << 10, 400),
            Words = Words.Of([
                "[Interface]",
                "[Peer]\n",
                "PrivateKey = ",
                "PublicKey=",
                "PresharedKey = ",
                "ListenPort = ",
                "FwMark = ",
                "AllowedIPs = ",
                "Endpoint = ",
                "PersistentKeepalive = ",
                "Address = 10.0.0.1/24",
                "off",
                "OFF",
                .. Secrets.Base64,
                .. Words.Addresses,
                .. Words.Endpoints,
                .. Words.Numbers,
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        if (
            DiagnosticRules.Parse(input, read => WgConfText.Parse(read, DiagnosticRules.File, new Names()), seen, out _)
            is not { } config
        )
            return;
        seen.Saw("peers", config.Peers.Length);
        foreach (PeerConfig peer in config.Peers)
            seen.Saw(
                $"peer {peer.Endpoint?.AddressFamily} {peer.PersistentKeepalive is null} {peer.PresharedKey is null}"
            );
        ArrayBufferWriter<byte> command = new();
        UapiText.WriteSet(config, command);
        DeviceConfig? again = UapiCommands.ReadOne(command.WrittenSpan).Config;
        Rule.Holds(Same.Are(config, again), "what is written as UAPI reads the same");
        UapiCommands.DisposeKeys(config);
        UapiCommands.DisposeKeys(again!);
    }

    /// <summary>A resolver that knows a few names, the same for ever.</summary>
    sealed class Names : IEndpointNames
    {
        public ushort? FindPort(string service, out string? why)
        {
            why = null;
            if (service == "domain")
                return 53;
            if (ushort.TryParse(service, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
                return port;
            why = "there is no such service";
            return null;
        }

        public IPEndPoint? Find(string host, string service, bool patient, out string? why)
        {
            if (FindPort(service, out why) is not { } port)
                return null;
            if (AddressText.Parse(host) is { } address)
                return new IPEndPoint(address, port);
            if (host == "fe80::1%1")
                return new IPEndPoint(new IPAddress(IPAddress.Parse("fe80::1").GetAddressBytes(), 1), port);
            if (host == "a.example")
                return new IPEndPoint(IPAddress.Parse("192.0.2.7"), port);
            why = "there is no such host";
            return null;
        }
    }
}
