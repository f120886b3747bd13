using System.Globalization;
using System.Net;
using System.Text;
using Weft.Config;

namespace Weft.Tests.Wg;

/// <summary>Calls made up by chance, each wholly determined by its number and the time.</summary>
sealed class WgGeneratedCases
{
    internal const int Count = 300;

    readonly Random _random;
    readonly long _now;
    readonly int _number;

    WgGeneratedCases(int number, long now)
    {
        _random = new Random(number * 7919 + 17);
        _number = number;
        _now = now;
    }

    internal static WgCase Make(int number, long now) => new WgGeneratedCases(number, now).Make();

    /// <summary>Whether no device has to say or do anything that a real one would not.</summary>
    internal static bool IsForRealDevices(int number) => number % 10 != 9;

    WgCase Make()
    {
        string name = $"generated {_number}";
        string[] peers = [.. Enumerable.Range(0, _random.Next(6)).Select(_ => Hex())];
        return (_number % 10) switch
        {
            0 => new WgCase(name, "show", Pick("wdev0", "all"), Pick(WgWrittenCases.Fields)) { Get = Status(peers) },
            1 => new WgCase(name, "showconf", "wdev0") { Get = Status(peers) },
            2 or 3 => new WgCase(name) { Get = Status(peers), Environment = ShowEnvironment() },
            4 => new WgCase(name, ["set", "wdev0", .. SetArguments()]) { Files = KeyFiles() },
            5 => new WgCase(name, [.. Mutate(["set", "wdev0", .. SetArguments()])]) { Files = KeyFiles() },
            6 => WgCase.Conf(name, Pick("setconf", "addconf"), Conf(peers, always: false)),
            7 => WgCase.Conf(name, Pick("setconf", "addconf"), Mutate(Conf(peers, always: false))),
            8 => WgCase.Conf(name, "syncconf", Conf(Some(peers), always: true)) with { Get = Status(peers) },
            _ => new WgCase(name, "show", "wdev0", "dump") { Get = MutateReply(Status(peers)) },
        };
    }

    string Status(string[] peers)
    {
        StringBuilder text = new();
        if (Often())
            text.Append(CultureInfo.InvariantCulture, $"private_key={Hex()}\n");
        if (Often())
            text.Append(CultureInfo.InvariantCulture, $"listen_port={_random.Next(65536)}\n");
        if (Often())
            text.Append(CultureInfo.InvariantCulture, $"fwmark={(uint)_random.NextInt64(1L << 32)}\n");
        foreach (string peer in peers)
        {
            text.Append(CultureInfo.InvariantCulture, $"public_key={peer}\n");
            text.Append(CultureInfo.InvariantCulture, $"preshared_key={(Often() ? Hex() : WgWrittenCases.HexZero)}\n");
            if (Often())
                text.Append(CultureInfo.InvariantCulture, $"endpoint={Endpoint()}\n");
            // Few values, so that some peers tie and the order among them shows.
            long ago = _random.Next(3) * 1000 + _random.Next(2);
            text.Append(CultureInfo.InvariantCulture, $"last_handshake_time_sec={(Often() ? _now - ago : 0)}\n");
            text.Append(CultureInfo.InvariantCulture, $"last_handshake_time_nsec={_random.Next(2)}\n");
            text.Append(CultureInfo.InvariantCulture, $"tx_bytes={Amount()}\nrx_bytes={Amount()}\n");
            int keepalive = Often() ? _random.Next(65536) : 0;
            text.Append(CultureInfo.InvariantCulture, $"persistent_keepalive_interval={keepalive}\n");
            for (int i = _random.Next(4); i > 0; i--)
                text.Append(CultureInfo.InvariantCulture, $"allowed_ip={Network(masked: true)}\n");
        }
        return text.Append("errno=0\n\n").ToString();
    }

    /// <param name="always">Whether each peer sets its preshared key and keepalive.</param>
    string Conf(string[] peers, bool always)
    {
        StringBuilder text = new();
        if (Often())
        {
            Line(text, "[Interface]");
            if (Often())
                Line(text, $"PrivateKey={Base64(Hex())}");
            if (Often())
                Line(text, $"ListenPort={_random.Next(65536)}");
            if (Often())
                Line(text, $"FwMark={Mark()}");
        }
        foreach (string peer in peers)
        {
            Line(text, "[Peer]");
            Line(text, $"PublicKey={Base64(peer)}");
            if (always || Often())
                Line(text, $"PresharedKey={Base64(Hex())}");
            for (int i = _random.Next(4); i > 0; i--)
                Line(
                    text,
                    $"AllowedIPs={string.Join(',', Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => Network()))}"
                );
            if (Often())
                Line(text, $"Endpoint={Endpoint()}");
            if (always || Often())
                Line(text, $"PersistentKeepalive={Pick("off", "25", "0", "65535", "007")}");
        }
        return text.ToString();
    }

    void Line(StringBuilder text, string line)
    {
        if (_random.Next(6) == 0)
            line = line.ToUpperInvariant() is var upper && line.StartsWith('[') ? upper : line;
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
            line = $"{line[..equals]}{Pick("", " ", "\t")}={Pick("", " ", "  ")}{line[(equals + 1)..]}";
        text.Append(Pick("", "", " ", "\n", "# a comment\n"))
            .Append(line)
            .Append(Pick("", "", " ", " # so", "\r"))
            .Append('\n');
    }

    List<string> SetArguments()
    {
        List<string> args = [];
        if (Often())
            args.AddRange(["listen-port", _random.Next(65536).ToString(CultureInfo.InvariantCulture)]);
        if (Often())
            args.AddRange(["fwmark", Mark()]);
        if (Often())
            args.AddRange(["private-key", "{dir}/a"]);
        for (int i = 1 + _random.Next(3); i > 0; i--)
        {
            args.AddRange(["peer", Base64(Hex())]);
            if (_random.Next(5) == 0)
                args.Add("remove");
            if (Often())
                args.AddRange(["preshared-key", Pick("{dir}/a", "{dir}/b", "/dev/null")]);
            if (Often())
                args.AddRange(["endpoint", Endpoint()]);
            if (Often())
                args.AddRange(["persistent-keepalive", Pick("off", "25", "0", "65535")]);
            if (Often())
                args.AddRange([
                    "allowed-ips",
                    string.Join(",", Enumerable.Range(0, _random.Next(4)).Select(_ => Network())),
                ]);
        }
        return args;
    }

    Dictionary<string, string> KeyFiles() => new() { ["a"] = Base64(Hex()) + "\n", ["b"] = Base64(Hex()) };

    Dictionary<string, string> ShowEnvironment() =>
        new() { ["WG_COLOR_MODE"] = Pick("always", "never", "auto", "x"), ["WG_HIDE_KEYS"] = Pick("never", "always") };

    /// <summary>Drops, doubles or spoils one argument.</summary>
    List<string> Mutate(List<string> args)
    {
        int at = 2 + _random.Next(args.Count - 2);
        switch (_random.Next(3))
        {
            case 0:
                args.RemoveAt(at);
                break;
            case 1:
                args.Insert(at, args[at]);
                break;
            default:
                args[at] = Mutate(args[at]);
                break;
        }
        return args;
    }

    string Mutate(string text)
    {
        StringBuilder spoilt = new(text);
        const string odd = "=#[]/,:. \n\tx0-+\0";
        for (int i = 1 + _random.Next(2); i > 0 && spoilt.Length > 0; i--)
        {
            int at = _random.Next(spoilt.Length);
            if (_random.Next(2) == 0)
                spoilt.Remove(at, 1);
            else
                spoilt[at] = odd[_random.Next(odd.Length)];
        }
        return spoilt.ToString();
    }

    /// <summary>
    /// Spoils one line, but not an address: Debian's tool repeats addresses that no device would send (host bits set,
    /// ports beyond 65535) and ends with a fault on others.
    /// </summary>
    string MutateReply(string reply)
    {
        string[] lines = reply.Split('\n');
        int at = _random.Next(lines.Length - 2);
        if (
            !lines[at].StartsWith("allowed_ip", StringComparison.Ordinal)
            && !lines[at].StartsWith("endpoint", StringComparison.Ordinal)
        )
        {
            int c = _random.Next(lines[at].Length);
            lines[at] = _random.Next(3) switch
            {
                0 => lines[at].Remove(c, 1),
                1 => lines[at].Insert(c, Pick("=", "x", "0", " ")),
                _ => "",
            };
        }
        return string.Join('\n', lines);
    }

    string[] Some(string[] peers) => [.. peers.Where(_ => Often()), .. Often() ? (string[])[Hex()] : []];

    string Network(bool masked = false)
    {
        IPAddress address = Address();
        int all = address.GetAddressBytes().Length * 8;
        int length = _random.Next(all + 1);
        if (masked)
            return AddressText.Format(AddressText.Network(address, length));
        return _random.Next(6) == 0 ? AddressText.Format(address) : $"{AddressText.Format(address)}/{length}";
    }

    string Endpoint()
    {
        string address = AddressText.Format(Address());
        int port = _random.Next(65536);
        return address.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{address}]:{port}")
            : string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
    }

    IPAddress Address()
    {
        byte[] bytes = new byte[_random.Next(2) == 0 ? 4 : 16];
        _random.NextBytes(bytes);
        int zeros = bytes.Length == 16 ? _random.Next(256) : 0;
        for (int i = 0; i < bytes.Length; i++)
            if ((zeros >> (i / 2) & 1) != 0)
                bytes[i] = 0;
        return new IPAddress(bytes);
    }

    string Mark()
    {
        uint mark = (uint)_random.NextInt64(1L << 32);
        return _random.Next(3) switch
        {
            0 => "off",
            1 => mark.ToString(CultureInfo.InvariantCulture),
            _ => string.Create(CultureInfo.InvariantCulture, $"0x{mark:x}"),
        };
    }

    /// <summary>Of any magnitude.</summary>
    ulong Amount() => _random.Next(4) == 0 ? 0 : (ulong)_random.NextInt64() >> _random.Next(64);

    string Hex()
    {
        byte[] key = new byte[32];
        _random.NextBytes(key);
        return Convert.ToHexStringLower(key);
    }

    static string Base64(string hex) => Convert.ToBase64String(Convert.FromHexString(hex));

    bool Often() => _random.Next(3) != 0;

    string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
