namespace Weft.Tests.Wg;

/// <summary>The odd calls, each written down because a person thought of it. Generated ones stand beside them.</summary>
static partial class WgWrittenCases
{
    internal const string KeyA = "6EtabScXwQA6E7QxVwNT26ypFGzxUMX4V1aA/rpSAno=";
    internal const string KeyB = "GIUVCT6VL18i6GXO8wEucvi18LWYrAMJ1drM47cPz1I=";
    internal const string HexA = "e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a";
    internal const string HexB = "188515093e952f5f22e865cef3012e72f8b5f0b598ac0309d5dacce3b70fcf52";
    internal const string HexC = "662e14fd594556f522604703340351258903b64f35553763f19426ab2a515c58";
    internal const string HexZero = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>A device with a peer of every kind; handshakes are so many seconds before now.</summary>
    internal static string Status(long now) =>
        $"private_key={HexA}\nlisten_port=12912\nfwmark=31\n"
        + $"public_key={HexB}\npreshared_key={HexC}\nprotocol_version=1\nendpoint=1.2.3.4:5\n"
        + $"last_handshake_time_sec={now - 70}\nlast_handshake_time_nsec=5\ntx_bytes=1025\nrx_bytes=0\n"
        + "persistent_keepalive_interval=25\nallowed_ip=10.0.0.0/8\nallowed_ip=fd00::/64\n"
        + $"public_key={HexA}\npreshared_key={HexZero}\nlast_handshake_time_sec=0\nlast_handshake_time_nsec=0\n"
        + "tx_bytes=0\nrx_bytes=0\npersistent_keepalive_interval=0\n"
        + $"public_key={HexC}\npreshared_key={HexZero}\nendpoint=[fe80::1%lo]:77\n"
        + $"last_handshake_time_sec={now - 5}\nlast_handshake_time_nsec=0\nrx_bytes=99999999999\ntx_bytes=5\n"
        + "persistent_keepalive_interval=1\nallowed_ip=0.0.0.0/0\nerrno=0\n\n";

    internal static readonly string[] Fields =
    [
        "public-key",
        "private-key",
        "listen-port",
        "fwmark",
        "peers",
        "preshared-keys",
        "endpoints",
        "allowed-ips",
        "latest-handshakes",
        "transfer",
        "persistent-keepalive",
        "dump",
    ];

    internal static IEnumerable<WgCase> All(long now) =>
        [.. Usage(), .. Show(now), .. Values(now), .. OddReplies(), .. Keys(), .. SetArguments(), .. Confs()];

    /// <summary>Those in which no device has to say or do anything that a real one would not.</summary>
    internal static IEnumerable<WgCase> ForRealDevices(long now) =>
        ((IEnumerable<WgCase>)[.. Usage(), .. Show(now), .. Keys(), .. SetArguments(), .. Confs()]).Where(wg =>
            wg.Get is not null && !wg.Get.StartsWith("errno=1", StringComparison.Ordinal) && wg.Set == WgCase.Good
        );

    /// <summary>What shows two devices whole and in every field.</summary>
    internal static IEnumerable<WgCase> OfDevicesInUse() =>
        [
            new("bare wg"),
            new("bare wg in colour") { Environment = new Dictionary<string, string> { ["WG_COLOR_MODE"] = "always" } },
            new("bare wg with keys") { Environment = new Dictionary<string, string> { ["WG_HIDE_KEYS"] = "never" } },
            new("interfaces", "show", "interfaces"),
            new("showconf", "showconf", "wdev1"),
            .. Fields.Select(field => new WgCase(field, "show", "all", field)),
        ];

    static IEnumerable<WgCase> Usage()
    {
        string[] calls =
        [
            "help",
            "-h",
            "--help",
            "-v",
            "--version",
            "version",
            "foo",
            "s",
            "-h x",
            "-v x",
            "help show",
            "show -h",
            "show --help",
            "show help",
            "show a b c",
            "show interfaces x",
            "show wdev0 foo",
            "show all foo",
            "show wdev0 --help",
            "show nope",
            "show nope dump",
            "showconf",
            "showconf a b",
            "showconf nope",
            "showconf -h",
            "set",
            "set wdev0",
            "set --help",
            "set nope listen-port 5",
            "setconf",
            "setconf a",
            "setconf a b c",
            "setconf nope /dev/null",
            "setconf wdev0 /nonexistent",
            "addconf",
            "addconf --help",
            "addconf nope /dev/null",
            "addconf wdev0 /dev/null",
            "syncconf",
            "syncconf nope /dev/null",
            "syncconf wdev0 /dev/null",
            "genkey x",
            "genkey --help",
            "genpsk -h",
            "pubkey x",
            "pubkey --help",
            "show ../wdev0",
            "show aninterfacenamethatistoolong",
            "show wdev0 dump x",
        ];
        foreach (string call in calls)
            yield return new WgCase($"wg {call}", call.Split(' '));
        yield return new WgCase("an empty subcommand", "");
        yield return new WgCase("an empty interface", "show", "");
    }

    static IEnumerable<WgCase> Show(long now)
    {
        string status = Status(now);
        yield return new WgCase("bare wg") { Get = status };
        yield return new WgCase("bare wg without a device") { Get = null };
        yield return new WgCase("show of one device", "show", "wdev0") { Get = status };
        yield return new WgCase("showconf of a device", "showconf", "wdev0") { Get = status };
        yield return new WgCase("showconf of an empty device", "showconf", "wdev0");
        yield return new WgCase("show of an empty device", "show", "wdev0");
        foreach (string field in Fields)
        {
            yield return new WgCase($"show {field}", "show", "wdev0", field) { Get = status };
            yield return new WgCase($"show all {field}", "show", "all", field) { Get = status };
            yield return new WgCase($"show {field} of an empty device", "show", "wdev0", field);
        }
        foreach (string mode in (string[])["always", "never", "auto", "ALWAYS", ""])
            yield return new WgCase($"colour mode '{mode}'", "show")
            {
                Get = status,
                Environment = new Dictionary<string, string> { ["WG_COLOR_MODE"] = mode },
            };
        foreach (string hide in (string[])["never", "Never", "always", ""])
            yield return new WgCase($"hide keys '{hide}'", "show")
            {
                Get = status,
                Environment = new Dictionary<string, string> { ["WG_HIDE_KEYS"] = hide },
            };
    }

    /// <summary>Handshakes, sizes and times of every kind, and two devices of which each may be broken.</summary>
    static IEnumerable<WgCase> Values(long now)
    {
        string status = Status(now);
        long[] ages = [0, 1, 59, 60, 61, 3600, 86400, 90061, 365 * 86400, 366 * 86400 + 3661, -1, -1000, 94608000];
        foreach (long age in ages)
            yield return new WgCase($"a handshake {age} s ago", "show", "wdev0")
            {
                Get = $"public_key={HexA}\nlast_handshake_time_sec={now - age}\nerrno=0\n\n",
                Environment = new Dictionary<string, string> { ["WG_COLOR_MODE"] = "always" },
            };
        ulong[] sizes = [1, 1023, 1024, 1029, 1034, 1152, 1044, 1 << 20, (1ul << 40) - 1, 1ul << 53, ulong.MaxValue];
        foreach (ulong size in sizes)
            yield return new WgCase($"{size} bytes", "show", "wdev0")
            {
                Get = $"public_key={HexA}\nrx_bytes={size}\ntx_bytes={size / 3}\nerrno=0\n\n",
            };
        foreach (int seconds in (int[])[1, 2, 60, 61, 3600, 65535])
            yield return new WgCase($"keepalive of {seconds} s", "show", "wdev0")
            {
                Get = $"public_key={HexA}\npersistent_keepalive_interval={seconds}\nerrno=0\n\n",
            };
        foreach (string what in (string[])["", "all dump", "all listen-port", "interfaces", "all peers"])
        {
            string[] args = ["show", .. what.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            yield return new WgCase($"two devices, show {what}", args) { Get = status, SecondGet = status };
            yield return new WgCase($"two devices, the second broken, show {what}", args)
            {
                Get = status,
                SecondGet = "errno=5\n\n",
            };
            yield return new WgCase($"two devices, the first broken, show {what}", args)
            {
                Get = "errno=5\n\n",
                SecondGet = status,
            };
            yield return new WgCase($"two devices, both broken, show {what}", args)
            {
                Get = "errno=5\n\n",
                SecondGet = "nothing\n\n",
            };
        }
    }

    static IEnumerable<WgCase> OddReplies()
    {
        string peer = $"public_key={HexA}\n";
        string[] replies =
        [
            "errno=1\n\n",
            "errno=22\n\n",
            "errno=-22\n\n",
            "errno=x\n\n",
            "errno=\n\n",
            "",
            "\n",
            "errno=0\n",
            "errno=0",
            "foo=1\nerrno=0\n\n",
            "nothing\nerrno=0\n\n",
            "listen_port=5\n",
            "listen_port=5\n\n",
            "listen_port=x\nerrno=0\n\n",
            "listen_port=70000\nerrno=0\n\n",
            "listen_port=\nerrno=0\n\n",
            "fwmark=0x10\nerrno=0\n\n",
            "fwmark=4294967295\nerrno=0\n\n",
            "private_key=zz\nerrno=0\n\n",
            $"private_key={HexZero}\nerrno=0\n\n",
            "endpoint=1.2.3.4:5\nerrno=0\n\n",
            "errno=0\n\nlisten_port=7\n\n",
            "errno=0\nlisten_port=7\n\n",
            peer + "endpoint=1.2.3.4\nerrno=0\n\n",
            peer + "allowed_ip=10.0.0.0\nerrno=0\n\n",
            peer + "allowed_ip=10.0.0.0/33\nerrno=0\n\n",
            peer + "allowed_ip=::ffff:1.2.3.4/128\nerrno=0\n\n",
            peer + "endpoint=[::1]:65535\nerrno=0\n\n",
            peer + "rx_bytes=-1\nerrno=0\n\n",
            peer + "last_handshake_time_sec=-5\nerrno=0\n\n",
            peer + "persistent_keepalive_interval=65536\nerrno=0\n\n",
            peer + peer + "errno=0\n\n",
            peer + "listen_port=5\nerrno=0\n\n",
            peer + "protocol_version=2\nerrno=0\n\n",
            $"public_key={HexA.ToUpperInvariant()}\nerrno=0\n\n",
            "public_key=00\nerrno=0\n\n",
            peer + $"preshared_key={HexC}\npreshared_key={HexZero}\nerrno=0\n\n",
        ];
        for (int i = 0; i < replies.Length; i++)
            yield return new WgCase($"odd answer to get, {i}", "show", "wdev0", "dump") { Get = replies[i] };
        string[] toSet =
        [
            "errno=1\n\n",
            "errno=98\n\n",
            "errno=-22\n\n",
            "errno=0\n",
            "errno=0",
            "",
            "\n",
            "nothing\n\n",
            "errno=x\n\n",
            "foo=1\nerrno=0\n\n",
            "errno=0\nfoo=1\n\n",
        ];
        for (int i = 0; i < toSet.Length; i++)
            yield return new WgCase($"odd answer to set, {i}", "set", "wdev0", "listen-port", "5") { Set = toSet[i] };
    }

    static IEnumerable<WgCase> Keys()
    {
        string[] inputs =
        [
            "",
            KeyA,
            KeyA + "\n",
            KeyA + "\n\n",
            " " + KeyA,
            KeyA + " ",
            KeyA + "x",
            KeyA[..^1],
            KeyA + "\r\n",
            KeyA + "\nabc",
            "x\n",
            new string('A', 43) + "=",
            new string('A', 42) + "B=",
            KeyA + "\0",
            KeyA + "\0\0",
            KeyA + "\0x",
            KeyA.Replace('/', '_'),
            "\n" + KeyA,
        ];
        for (int i = 0; i < inputs.Length; i++)
        {
            yield return new WgCase($"pubkey of input {i}", "pubkey") { Input = inputs[i] };
            Dictionary<string, string> files = new() { ["key"] = inputs[i] };
            yield return new WgCase($"private-key file {i}", "set", "wdev0", "private-key", "{dir}/key")
            {
                Files = files,
            };
            yield return new WgCase(
                $"preshared-key file {i}",
                "set",
                "wdev0",
                "peer",
                KeyB,
                "preshared-key",
                "{dir}/key"
            )
            {
                Files = files,
            };
        }
        foreach (string path in (string[])["/nonexistent", "/tmp", "/dev/null", ""])
            yield return new WgCase($"private-key '{path}'", "set", "wdev0", "private-key", path);
    }
}
