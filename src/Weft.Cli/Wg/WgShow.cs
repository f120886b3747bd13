using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;

namespace Weft.Cli.Wg;

/// <summary><c>wg show</c>: a device or all of them, whole for a person to read or by field for a script.</summary>
static class WgShow
{
    internal static int Run(WgSurroundings wg, string[] args)
    {
        if (args is ["-h" or "--help" or "help"])
        {
            Usage(wg);
            return 0;
        }
        if (args.Length > 2)
            return Usage(wg);
        string which = args.Length > 0 ? args[0] : "all";
        string? field = args.Length > 1 ? args[1] : null;
        if (which == "interfaces")
            return field is null ? Interfaces(wg) : Usage(wg);
        if (which == "all")
            return All(wg, field);

        using ShownDevice device = new(wg.Devices.Get(which));
        return Print(wg, device.Status, field, prefix: "") ? 0 : Invalid(wg, field!);
    }

    /// <summary>Fails only when every device fails.</summary>
    static int All(WgSurroundings wg, string? field)
    {
        ImmutableArray<string> names = wg.Devices.List();
        bool anyGood = names.IsEmpty;
        for (int i = 0; i < names.Length; i++)
        {
            DeviceStatus? status = TryGet(wg, names[i]);
            if (status is null)
                continue;
            using ShownDevice device = new(status);
            anyGood = true;
            if (!Print(wg, device.Status, field, prefix: $"{names[i]}\t"))
                return Invalid(wg, field!);
            if (field is null && i + 1 < names.Length)
                wg.Output.Write('\n');
        }
        return anyGood ? 0 : 1;
    }

    static DeviceStatus? TryGet(WgSurroundings wg, string name)
    {
        try
        {
            return wg.Devices.Get(name);
        }
        catch (OperationFailedException e)
        {
            wg.Fail(e.Message, e.Remedy);
        }
        catch (DeviceNotFoundException e)
        {
            wg.Fail(e.Message);
        }
        return null;
    }

    static int Interfaces(WgSurroundings wg)
    {
        ImmutableArray<string> names = wg.Devices.List();
        if (!names.IsEmpty)
            wg.Output.Write($"{string.Join(' ', names)}\n");
        return 0;
    }

    static int Invalid(WgSurroundings wg, string field)
    {
        wg.Fail($"there is no field '{field}'");
        return Usage(wg);
    }

    static int Usage(WgSurroundings wg)
    {
        wg.Error.Write(
            $"Usage: {wg.Program} show {{ <interface> | all | interfaces }} [public-key | private-key | listen-port | fwmark"
                + " | peers | preshared-keys | endpoints | allowed-ips | latest-handshakes | transfer"
                + " | persistent-keepalive | dump]\n"
        );
        return 1;
    }

    /// <summary>False when there is no such field.</summary>
    static bool Print(WgSurroundings wg, DeviceStatus device, string? field, string prefix)
    {
        TextWriter to = wg.Output;
        switch (field)
        {
            case null:
                WgPretty.Print(wg, device);
                return true;
            case "public-key":
                to.Write($"{prefix}{Text(device.PublicKey)}\n");
                return true;
            case "private-key":
                to.Write($"{prefix}{Text(device.PrivateKey)}\n");
                return true;
            case "listen-port":
                to.Write($"{prefix}{Text(device.ListenPort)}\n");
                return true;
            case "fwmark":
                to.Write($"{prefix}{Mark(device.FirewallMark)}\n");
                return true;
            case "dump":
                Dump(wg, device, prefix);
                return true;
        }
        if (PeerField(wg, field) is not { } show)
            return false;
        // Of this one field, Debian's tool gives the prefix once for all peers; scripts have learnt to live with it.
        bool once = field == "endpoints";
        if (once)
            to.Write(prefix);
        foreach (PeerStatus peer in device.Peers)
            to.Write($"{(once ? "" : prefix)}{peer.PublicKey}{show(peer)}\n");
        return true;
    }

    static Func<PeerStatus, string>? PeerField(WgSurroundings wg, string field) =>
        field switch
        {
            "peers" => _ => "",
            "preshared-keys" => peer => $"\t{Text(peer.PresharedKey)}",
            "endpoints" => peer => $"\t{Endpoint(wg, peer)}",
            "allowed-ips" => peer => $"\t{AllowedIps(peer, " ")}",
            "latest-handshakes" => peer => $"\t{Text(peer.LastHandshake.Seconds)}",
            "transfer" => peer => $"\t{Text(peer.ReceivedBytes)}\t{Text(peer.SentBytes)}",
            "persistent-keepalive" => peer => $"\t{Keepalive(peer)}",
            _ => null,
        };

    static void Dump(WgSurroundings wg, DeviceStatus device, string prefix)
    {
        TextWriter to = wg.Output;
        to.Write($"{prefix}{Text(device.PrivateKey)}\t{Text(device.PublicKey)}\t");
        to.Write($"{Text(device.ListenPort)}\t{Mark(device.FirewallMark)}\n");
        foreach (PeerStatus peer in device.Peers)
        {
            to.Write($"{prefix}{peer.PublicKey}\t{Text(peer.PresharedKey)}\t{Endpoint(wg, peer)}\t");
            to.Write($"{AllowedIps(peer, ",")}\t{Text(peer.LastHandshake.Seconds)}\t");
            to.Write($"{Text(peer.ReceivedBytes)}\t{Text(peer.SentBytes)}\t{Keepalive(peer)}\n");
        }
    }

    internal static string Text(PrivateKey? key) => Text(key is null ? null : key.WriteBase64);

    internal static string Text(PresharedKey? key) => Text(key is null ? null : key.WriteBase64);

    internal static string Mark(uint mark) =>
        mark == 0 ? "off" : string.Create(CultureInfo.InvariantCulture, $"0x{mark:x}");

    /// <summary>Null when the peer has none.</summary>
    internal static string? EndpointOrNull(WgSurroundings wg, PeerStatus peer)
    {
        if (peer.Endpoint is not { } endpoint)
            return null;
        string address = AddressText.Format(endpoint.Address);
        if (endpoint.AddressFamily == AddressFamily.InterNetwork)
            return $"{address}:{Text(endpoint.Port)}";
        long scope = endpoint.Address.ScopeId;
        string named = scope == 0 ? "" : $"%{wg.InterfaceName((uint)scope) ?? Text(scope)}";
        return $"[{address}{named}]:{Text(endpoint.Port)}";
    }

    static string Text(PublicKey? key) => key?.ToString() ?? None;

    static string Text(Action<Span<char>>? write)
    {
        if (write is null)
            return None;
        Span<char> text = stackalloc char[KeyText.Base64Length];
        write(text);
        return text.ToString();
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    static string Endpoint(WgSurroundings wg, PeerStatus peer) => EndpointOrNull(wg, peer) ?? None;

    static string Keepalive(PeerStatus peer) => peer.PersistentKeepalive == 0 ? "off" : Text(peer.PersistentKeepalive);

    static string AllowedIps(PeerStatus peer, string separator) =>
        peer.AllowedIps.IsEmpty ? None : string.Join(separator, peer.AllowedIps.Select(Text));

    static string Text(IPNetwork network) => AddressText.Format(network);

    const string None = "(none)";

    /// <summary>Wipes the keys of a status once it is printed.</summary>
    readonly ref struct ShownDevice(DeviceStatus status)
    {
        internal DeviceStatus Status { get; } = status;

        public void Dispose()
        {
            Status.PrivateKey?.Dispose();
            foreach (PeerStatus peer in Status.Peers)
                peer.PresharedKey?.Dispose();
        }
    }
}
