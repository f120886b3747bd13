using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Weft.Crypto;

namespace Weft.Config;

/// <summary>
/// The writing half of UAPI, WireGuard's text protocol between a device and its tools
/// (www.wireguard.com/xplatform). What is written holds keys: wipe the buffer after use.
/// </summary>
public static class UapiText
{
    /// <summary>A client's <c>get=1</c>, final blank line included.</summary>
    public static ReadOnlySpan<byte> GetCommand => "get=1\n\n"u8;

    /// <summary>Writes a client's <c>set=1</c>, final blank line included.</summary>
    /// <param name="scopeName">
    /// Names the interface of an index, for link-local endpoints; without it, or when it answers null, the number is
    /// written.
    /// </param>
    public static void WriteSet(DeviceConfig config, IBufferWriter<byte> output, Func<uint, string?>? scopeName = null)
    {
        output.Write("set=1\n"u8);
        if (config.PrivateKey is { } key)
            WriteSecret("private_key="u8, key.WriteHex, output);
        if (config.ListenPort is { } port)
            WriteNumber("listen_port="u8, port, output);
        if (config.FirewallMark is { } mark)
            WriteNumber("fwmark="u8, mark, output);
        if (config.ReplacePeers)
            output.Write("replace_peers=true\n"u8);
        foreach (PeerConfig peer in config.Peers)
            WritePeer(peer, output, scopeName);
        output.Write("\n"u8);
    }

    /// <summary>Writes a device's whole answer to <c>get=1</c>: status, <c>errno=0</c>, blank line.</summary>
    /// <param name="scopeName">As for <see cref="WriteSet"/>.</param>
    public static void WriteStatus(
        DeviceStatus status,
        IBufferWriter<byte> output,
        Func<uint, string?>? scopeName = null
    )
    {
        if (status.PrivateKey is { } key)
            WriteSecret("private_key="u8, key.WriteHex, output);
        if (status.ListenPort != 0)
            WriteNumber("listen_port="u8, status.ListenPort, output);
        if (status.FirewallMark != 0)
            WriteNumber("fwmark="u8, status.FirewallMark, output);
        foreach (PeerStatus peer in status.Peers)
            WritePeer(peer, output, scopeName);
        WriteErrno(UapiErrno.None, output);
    }

    /// <summary>
    /// Writes <c>errno=N</c> and the blank line: a device's answer to <c>set=1</c>, or its refusal. What is not zero gets
    /// the minus sign that wg needs to tell its user the reason.
    /// </summary>
    /// <param name="errno">Zero or positive.</param>
    public static void WriteErrno(int errno, IBufferWriter<byte> output)
    {
        WriteNumber(errno == 0 ? "errno="u8 : "errno=-"u8, (ulong)errno, output);
        output.Write("\n"u8);
    }

    static void WritePeer(PeerConfig peer, IBufferWriter<byte> output, Func<uint, string?>? scopeName)
    {
        WritePublicKey(peer.PublicKey, output);
        if (peer.UpdateOnly)
            output.Write("update_only=true\n"u8);
        if (peer.Remove)
        {
            output.Write("remove=true\n"u8);
            return;
        }
        if (peer.PresharedKey is { } key)
            WriteSecret("preshared_key="u8, key.WriteHex, output);
        if (peer.Endpoint is { } endpoint)
            WriteEndpoint(endpoint, output, scopeName);
        if (peer.PersistentKeepalive is { } seconds)
            WriteNumber("persistent_keepalive_interval="u8, seconds, output);
        if (peer.ReplaceAllowedIps)
            output.Write("replace_allowed_ips=true\n"u8);
        foreach (AllowedIpChange change in peer.AllowedIps)
            WriteAllowedIp(change, output);
    }

    static void WritePeer(PeerStatus peer, IBufferWriter<byte> output, Func<uint, string?>? scopeName)
    {
        WritePublicKey(peer.PublicKey, output);
        if (peer.PresharedKey is { } key)
            WriteSecret("preshared_key="u8, key.WriteHex, output);
        else
            output.Write("preshared_key=0000000000000000000000000000000000000000000000000000000000000000\n"u8);
        output.Write("protocol_version=1\n"u8);
        if (peer.Endpoint is { } endpoint)
            WriteEndpoint(endpoint, output, scopeName);
        WriteNumber("last_handshake_time_sec="u8, (ulong)Math.Max(0, peer.LastHandshake.Seconds), output);
        WriteNumber("last_handshake_time_nsec="u8, peer.LastHandshake.Nanoseconds, output);
        WriteNumber("tx_bytes="u8, peer.SentBytes, output);
        WriteNumber("rx_bytes="u8, peer.ReceivedBytes, output);
        WriteNumber("persistent_keepalive_interval="u8, peer.PersistentKeepalive, output);
        foreach (IPNetwork prefix in peer.AllowedIps)
            WriteAllowedIp(new AllowedIpChange(prefix), output);
    }

    static void WriteAllowedIp(in AllowedIpChange change, IBufferWriter<byte> output)
    {
        Span<byte> address = stackalloc byte[16];
        address = address[..change.WriteAddress(address)];
        Span<byte> line = output.GetSpan(80);
        int at = Put(change.Remove ? "allowed_ip=-"u8 : "allowed_ip="u8, line);
        at += AddressText.Format(address, line[at..]);
        line[at++] = (byte)'/';
        Utf8Formatter.TryFormat(change.PrefixLength, line[at..], out int written);
        at += written;
        line[at++] = (byte)'\n';
        output.Advance(at);
    }

    static void WriteEndpoint(IPEndPoint endpoint, IBufferWriter<byte> output, Func<uint, string?>? scopeName)
    {
        bool v6 = endpoint.AddressFamily == AddressFamily.InterNetworkV6;
        Span<byte> line = output.GetSpan(160);
        int at = Put(v6 ? "endpoint=["u8 : "endpoint="u8, line);
        at += AddressText.Format(endpoint.Address, line[at..]);
        if (v6 && endpoint.Address.ScopeId is var scope && scope != 0)
        {
            line[at++] = (byte)'%';
            string name = scopeName?.Invoke((uint)scope) ?? "";
            if (name.Length is > 0 and < 64)
            {
                at += Encoding.ASCII.GetBytes(name, line[at..]);
            }
            else
            {
                Utf8Formatter.TryFormat(scope, line[at..], out int digits);
                at += digits;
            }
        }
        at += Put(v6 ? "]:"u8 : ":"u8, line[at..]);
        Utf8Formatter.TryFormat(endpoint.Port, line[at..], out int written);
        at += written;
        line[at++] = (byte)'\n';
        output.Advance(at);
    }

    static void WritePublicKey(in PublicKey key, IBufferWriter<byte> output)
    {
        Span<char> hex = stackalloc char[KeyText.HexLength];
        KeyText.ToHex(key.Span, hex);
        WriteHex("public_key="u8, hex, output);
    }

    delegate void HexWriter(Span<char> hex);

    static void WriteSecret(ReadOnlySpan<byte> name, HexWriter key, IBufferWriter<byte> output)
    {
        Span<char> hex = stackalloc char[KeyText.HexLength];
        key(hex);
        WriteHex(name, hex, output);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(hex));
    }

    static void WriteHex(ReadOnlySpan<byte> name, ReadOnlySpan<char> hex, IBufferWriter<byte> output)
    {
        Span<byte> line = output.GetSpan(name.Length + hex.Length + 1);
        int at = Put(name, line);
        Ascii.FromUtf16(hex, line[at..], out int written);
        at += written;
        line[at++] = (byte)'\n';
        output.Advance(at);
    }

    static void WriteNumber(ReadOnlySpan<byte> name, ulong value, IBufferWriter<byte> output)
    {
        Span<byte> line = output.GetSpan(name.Length + 21);
        int at = Put(name, line);
        Utf8Formatter.TryFormat(value, line[at..], out int written);
        at += written;
        line[at++] = (byte)'\n';
        output.Advance(at);
    }

    static int Put(ReadOnlySpan<byte> bytes, Span<byte> line)
    {
        bytes.CopyTo(line);
        return bytes.Length;
    }
}
