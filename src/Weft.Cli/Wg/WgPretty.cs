using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Weft.Config;

namespace Weft.Cli.Wg;

/// <summary>A device as a person reads it: the latest handshake first, peers that never shook hands last.</summary>
static class WgPretty
{
    const string Reset = "\e[0m";
    const string Bold = "\e[1m";
    const string Red = "\e[31m";
    const string Green = "\e[32m";
    const string Yellow = "\e[33m";
    const string Cyan = "\e[36m";

    internal static void Print(WgSurroundings wg, DeviceStatus device)
    {
        StringBuilder text = new();
        Page page = new(wg, text, UsesColour(wg));
        page.Device(device);
        foreach (int index in ByLatestHandshake(device.Peers))
            page.Peer(device.Peers[index]);
        wg.Output.Write(text);
    }

    /// <summary>
    /// The indices of the peers, those that tie in the order of the device. Not LINQ: its sorter over numbers is compiled
    /// anew in each process, which takes longer than all the rest.
    /// </summary>
    static int[] ByLatestHandshake(ImmutableArray<PeerStatus> peers)
    {
        int[] order = new int[peers.Length];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(
            order,
            (left, right) =>
            {
                (HandshakeTime a, HandshakeTime b) = (peers[left].LastHandshake, peers[right].LastHandshake);
                int later = b.Seconds.CompareTo(a.Seconds);
                if (later == 0)
                    later = b.Nanoseconds.CompareTo(a.Nanoseconds);
                return later != 0 ? later : left - right;
            }
        );
        return order;
    }

    /// <summary>WG_COLOR_MODE decides; NO_COLOR counts where it leaves the choice to us.</summary>
    static bool UsesColour(WgSurroundings wg) =>
        wg.Variable("WG_COLOR_MODE") switch
        {
            "always" => true,
            "never" => false,
            _ => wg.OutputIsTerminal && string.IsNullOrEmpty(wg.Variable("NO_COLOR")),
        };

    readonly struct Page(WgSurroundings wg, StringBuilder text, bool colour)
    {
        readonly bool _showKeys = wg.Variable("WG_HIDE_KEYS") == "never";

        internal void Device(DeviceStatus device)
        {
            Code(Reset);
            Heading("interface", Green, device.Name);
            if (device.PublicKey is { } publicKey)
                Line("public key", publicKey.ToString());
            if (device.PrivateKey is { } privateKey)
                Line("private key", _showKeys ? WgShow.Text(privateKey) : "(hidden)");
            if (device.ListenPort != 0)
                Line("listening port", Text(device.ListenPort));
            if (device.FirewallMark != 0)
                Line("fwmark", WgShow.Mark(device.FirewallMark));
        }

        internal void Peer(PeerStatus peer)
        {
            text.Append('\n');
            Heading("peer", Yellow, peer.PublicKey.ToString());
            if (peer.PresharedKey is { } presharedKey)
                Line("preshared key", _showKeys ? WgShow.Text(presharedKey) : "(hidden)");
            if (WgShow.EndpointOrNull(wg, peer) is { } endpoint)
                Line("endpoint", endpoint);
            AllowedIps(peer);
            if (!peer.LastHandshake.IsNever && peer.LastHandshake.Seconds != 0)
            {
                Name("latest handshake");
                Ago(wg.Now() - peer.LastHandshake.Seconds);
                text.Append('\n');
            }
            if (peer.ReceivedBytes != 0 || peer.SentBytes != 0)
            {
                Name("transfer");
                Size(peer.ReceivedBytes);
                text.Append(" received, ");
                Size(peer.SentBytes);
                text.Append(" sent\n");
            }
            if (peer.PersistentKeepalive != 0)
            {
                Name("persistent keepalive");
                text.Append("every ");
                Duration(peer.PersistentKeepalive);
                text.Append('\n');
            }
        }

        void AllowedIps(PeerStatus peer)
        {
            Name("allowed ips");
            if (peer.AllowedIps.IsEmpty)
                text.Append("(none)");
            for (int i = 0; i < peer.AllowedIps.Length; i++)
            {
                IPNetwork network = peer.AllowedIps[i];
                text.Append(i == 0 ? "" : ", ").Append(AddressText.Format(network.BaseAddress));
                Coloured(Cyan, "/");
                text.Append(network.PrefixLength);
            }
            text.Append('\n');
        }

        void Ago(long seconds)
        {
            if (seconds == 0)
            {
                text.Append("Now");
                return;
            }
            if (seconds > 0)
            {
                Duration(seconds);
                text.Append(" ago");
                return;
            }
            text.Append('(');
            Coloured(Red, "System clock wound backward; connection problems may ensue.");
            text.Append(')');
        }

        void Duration(long seconds)
        {
            bool first = true;
            Part(seconds / (365 * 86400), "year", ref first);
            seconds %= 365 * 86400;
            Part(seconds / 86400, "day", ref first);
            Part(seconds / 3600 % 24, "hour", ref first);
            Part(seconds / 60 % 60, "minute", ref first);
            Part(seconds % 60, "second", ref first);
        }

        void Part(long count, string unit, ref bool first)
        {
            if (count == 0)
                return;
            text.Append(first ? "" : ", ").Append(count).Append(' ');
            Coloured(Cyan, count == 1 ? unit : unit + "s");
            first = false;
        }

        void Size(ulong bytes)
        {
            (int shift, string unit) = bytes switch
            {
                < 1ul << 10 => (0, "B"),
                < 1ul << 20 => (10, "KiB"),
                < 1ul << 30 => (20, "MiB"),
                < 1ul << 40 => (30, "GiB"),
                _ => (40, "TiB"),
            };
            if (shift == 0)
                text.Append(bytes);
            else
                Hundredths(bytes, shift);
            text.Append(' ');
            Coloured(Cyan, unit);
        }

        /// <summary>bytes / 2^shift with two digits, as C's printf rounds a double: exactly, halves to even.</summary>
        void Hundredths(ulong bytes, int shift)
        {
            UInt128 scaled = (UInt128)(double)bytes * 100;
            UInt128 whole = scaled >> shift;
            UInt128 rest = scaled - (whole << shift);
            UInt128 half = UInt128.One << (shift - 1);
            if (rest > half || (rest == half && !UInt128.IsEvenInteger(whole)))
                whole++;
            text.Append(CultureInfo.InvariantCulture, $"{(ulong)(whole / 100)}.{(int)(whole % 100):00}");
        }

        void Heading(string kind, string code, string name)
        {
            Code(code);
            Coloured(Bold, kind);
            text.Append(": ");
            Coloured(code, name);
            text.Append('\n');
        }

        void Line(string name, string value)
        {
            Name(name);
            text.Append(value).Append('\n');
        }

        void Name(string name)
        {
            text.Append("  ");
            Coloured(Bold, name);
            text.Append(": ");
        }

        void Coloured(string code, string what)
        {
            Code(code);
            text.Append(what);
            Code(Reset);
        }

        void Code(string code)
        {
            if (colour)
                text.Append(code);
        }

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
