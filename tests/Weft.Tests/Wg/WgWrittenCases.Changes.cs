namespace Weft.Tests.Wg;

/// <summary>Calls that change a device: arguments of set, files of the conf commands.</summary>
static partial class WgWrittenCases
{
    static IEnumerable<WgCase> SetArguments()
    {
        string[] calls =
        [
            "listen-port",
            "listen-port 5 listen-port 6",
            "LISTEN-PORT 5",
            "listen-port 65536",
            "listen-port 70000",
            "listen-port -1",
            "listen-port +5",
            "listen-port 0x10",
            "listen-port 5a",
            "listen-port 4294967295",
            "listen-port 4294967301",
            "listen-port domain",
            "listen-port nosuchservice",
            "fwmark off",
            "fwmark OFF",
            "fwmark 0",
            "fwmark 0xAb",
            "fwmark 0XAb",
            "fwmark 010",
            "fwmark 0x",
            "fwmark 0x100000000",
            "fwmark 4294967296",
            "fwmark -1",
            "fwmark +1",
            "fwmark 1e3",
            "foo",
            "remove",
            "peer",
            "peer x",
            "peer K",
            "peer K=",
            "peer K peer K",
            "peer K listen-port 5",
            "peer K remove",
            "peer K remove peer L",
            "peer K remove allowed-ips 1.2.3.4",
            "peer K allowed-ips 1.2.3.4 remove endpoint 1.2.3.4:5 persistent-keepalive 5",
            "peer K allowed-ips",
            "peer K allowed-ips 1.2.3.4",
            "peer K allowed-ips 1.2.3.4/32,fd00::1/64",
            "peer K allowed-ips 1.2.3.4/33",
            "peer K allowed-ips 1.2.3.4/",
            "peer K allowed-ips 1.2.3.4,",
            "peer K allowed-ips ,1.2.3.4",
            "peer K allowed-ips 1.2.3.4/08",
            "peer K allowed-ips 1.2.3.4/+8",
            "peer K allowed-ips 1.2.3.4/8/8",
            "peer K allowed-ips 1.2.3/8",
            "peer K allowed-ips 01.2.3.4",
            "peer K allowed-ips (none)",
            "peer K allowed-ips [::1]",
            "peer K allowed-ips fe80::1%lo",
            "peer K allowed-ips ::1.2.3.4/128",
            "peer K allowed-ips ::ffff:1.2.3.4",
            "peer K allowed-ips 1.2.3.4 5.6.7.8",
            "peer K allowed-ips 1.2.3.4 allowed-ips 5.6.7.8",
            "peer K allowed-ips 0.0.0.0/0,::/0",
            "peer K endpoint 1.2.3.4:5",
            "peer K endpoint 1.2.3.4",
            "peer K endpoint 1.2.3.4:",
            "peer K endpoint :5",
            "peer K endpoint [::1]:5",
            "peer K endpoint ::1:5",
            "peer K endpoint [::1]",
            "peer K endpoint [::1",
            "peer K endpoint []:5",
            "peer K endpoint [1.2.3.4]:5",
            "peer K endpoint localhost:5",
            "peer K endpoint [localhost]:5",
            "peer K endpoint 1.2.3.4:http",
            "peer K endpoint 1.2.3.4:ntp",
            "peer K endpoint 1.2.3.4:65536",
            "peer K endpoint 1.2.3.4:99999",
            "peer K endpoint 1.2.3.4:+5",
            "peer K endpoint 1.2.3.4:5a",
            "peer K endpoint [fe80::1%lo]:5",
            "peer K endpoint [fe80::1%1]:5",
            "peer K endpoint [fe80::1%nope]:5",
            "peer K endpoint [2001:db8::1%lo]:5",
            "peer K endpoint 1.2.3:5",
            "peer K endpoint 0x7f.1:5",
            "peer K endpoint 16909060:5",
            "peer K endpoint [::ffff:1.2.3.4]:5",
            "peer K endpoint [::1]:5:6",
            "peer K endpoint 1.2.3.4:5:6",
            "peer K endpoint [::1]x:5",
            "peer K endpoint [::1]5",
            "peer K endpoint x",
            "peer K persistent-keepalive off",
            "peer K persistent-keepalive OFF",
            "peer K persistent-keepalive 0",
            "peer K persistent-keepalive 65535",
            "peer K persistent-keepalive 65536",
            "peer K persistent-keepalive -1",
            "peer K persistent-keepalive 010",
            "peer K persistent-keepalive 0x10",
            "peer K update-only",
            "peer K replace-allowed-ips",
            "private-key",
            "help",
            "--help",
        ];
        foreach (string call in calls)
        {
            string[] words = [.. call.Split(' ').Select(word => Key(word))];
            yield return new WgCase($"set {call}", ["set", "wdev0", .. words]);
        }
        (string Field, string Value)[] spaced =
        [
            ("allowed-ips", ""),
            ("allowed-ips", " "),
            ("allowed-ips", "1.2.3.4, 5.6.7.8"),
            ("allowed-ips", " 1.2.3.4\t/ 8"),
            ("endpoint", ""),
            ("endpoint", " 1.2.3.4:5"),
            ("endpoint", "1.2.3.4:5 "),
            ("endpoint", "1.2.3.4: 5"),
            ("persistent-keepalive", ""),
            ("persistent-keepalive", " 5"),
            ("persistent-keepalive", "off "),
            ("preshared-key", ""),
        ];
        foreach ((string field, string value) in spaced)
            yield return new WgCase($"set {field} '{value}'", "set", "wdev0", "peer", KeyA, field, value);
        foreach (string value in (string[])["", " ", " 5", "5 "])
        {
            yield return new WgCase($"set listen-port '{value}'", "set", "wdev0", "listen-port", value);
            yield return new WgCase($"set fwmark '{value}'", "set", "wdev0", "fwmark", value);
        }
        yield return new WgCase("set peer ' K'", "set", "wdev0", "peer", " " + KeyA);
        foreach (string retries in (string[])["", "0", "abc", "-1", "5x", "infinity", "Infinity", " 5", "+5"])
            yield return new WgCase($"retries '{retries}'", "set", "wdev0", "peer", KeyA, "endpoint", "1.2.3.4:5")
            {
                Environment = new Dictionary<string, string> { ["WG_ENDPOINT_RESOLUTION_RETRIES"] = retries },
            };

        static string Key(string word) =>
            word switch
            {
                "K" => KeyA,
                "K=" => KeyA + "=",
                "L" => KeyB,
                _ => word,
            };
    }

    static IEnumerable<WgCase> Confs()
    {
        string peer = $"[Peer]\nPublicKey={KeyA}\n";
        string[] texts =
        [
            "",
            "\n",
            "#x",
            "[Interface]",
            "[interface]",
            "[INTERFACE]",
            " [ Interface ] ",
            "[Interface] # c",
            "[Interface]x",
            "[Foo]",
            "ListenPort=5",
            "[Interface]\nListenPort",
            "[Interface]\nListenPort 5",
            "[Interface]\nListen Port = 5 0",
            "[Interface]\nlistenport=5",
            "[Interface]\nListenPort=5\nListenPort=6",
            "[Interface]\nListenPort=5 # c",
            "[Interface]\nListenPort=5;c",
            "[Interface]\r\nListenPort=5\r\n",
            "[Interface]\nAddress=1.2.3.4/5",
            "[Interface]\nMTU=5",
            $"[Interface]\nPublicKey={KeyA}",
            "[Peer]",
            "[Peer]\nListenPort=5",
            $"[Peer]\nAllowedIPs=1.2.3.4/32\n{peer}",
            $"{peer}[Interface]\nListenPort=5\n{peer}",
            $"{peer}PublicKey={KeyB}",
            $"[Interface]\nPrivateKey={KeyA[..^1]}",
            "[Interface]\nPrivateKey=",
            $"[Interface]\nPrivateKey={KeyA}\nPrivateKey={KeyB}",
            $"[Interface]\nPrivateKey={KeyA[..20]} {KeyA[20..]}",
            $"{peer}PresharedKey=",
            $"{peer}PresharedKey={KeyA}",
            $"[Interface]\nPrivateKey={new string('A', 43)}=",
            $"[Interface]\nPrivateKey={new string('A', 42)}B=",
            $"{peer}AllowedIPs=1.2.3.4/32\nAllowedIPs=1.2.3.5/32\nEndpoint=1.2.3.4:5\nEndpoint=1.2.3.4:6\n"
                + "PersistentKeepalive=1\nPersistentKeepalive=2",
            "[Interface]\nListenPort=5\0\nFwMark=3",
            "[Interface]\nListenPort=5\0#\nFwMark=3",
            "[Inter\0face]\nFwMark=3",
            "\u00ef\u00bb\u00bf[Interface]\nListenPort=5",
            "[Interface]\nListenPort==5",
            "[Interface]\n=5",
            "[Interface]\n\tListenPort\t=\t5\t",
            "[Interface]\nListenPort\v=\f5",
            "[Interface]\nListenPort\u00a0=5",
            "[Interface]\nListenPort=5\rFwMark=5",
            "[Interface]\nListenPort=6\n[Interface]\nFwMark=5",
            $"{peer}{peer}",
            "[Interface]ListenPort=5",
            "[Interface]\nListenPort=5#6",
            "[Interface]\nListenPort=70000",
            "[Interface]\nFwMark=0x1f",
            "[Interface]\nFwMark=off",
            "[Interface]\nFwMark=0X1F",
            $"{peer}AllowedIPs=",
            $"{peer}AllowedIPs=1.2.3.4/8,",
            $"{peer}AllowedIPs=+1.2.3.4/32",
            $"{peer}AllowedIPs=1.2.3.4/ 8",
            $"{peer}PersistentKeepalive=off",
            $"{peer}PersistentKeepalive=65536",
            $"{peer}Endpoint=[::1]:5",
            $"{peer}Endpoint=1.2.3.4 : 5",
            $"{peer}Endpoint=nothing",
            $"{peer}Endpoint=[fe80::1%lo]:5",
            $"{peer}AllowedIPs=0.0.0.0/0\n[Peer]\nPublicKey={KeyB}\nAllowedIPs=::/0",
        ];
        foreach (string subcommand in (string[])["setconf", "addconf", "syncconf"])
            for (int i = 0; i < texts.Length; i++)
                if (subcommand == "setconf" || i % 5 == 0)
                    yield return WgCase.Conf($"{subcommand} of text {i}", subcommand, texts[i]);
        yield return WgCase.Conf("syncconf of a device that refuses get", "syncconf", peer) with
        {
            Get = "errno=1\n\n",
        };
        yield return WgCase.Conf("syncconf of a device that refuses set", "syncconf", peer) with
        {
            Set = "errno=1\n\n",
        };
        yield return WgCase.Conf("setconf without a device", "setconf", peer) with
        {
            Get = null,
        };
        yield return WgCase.Conf("syncconf without a device", "syncconf", peer) with
        {
            Get = null,
        };
    }
}
