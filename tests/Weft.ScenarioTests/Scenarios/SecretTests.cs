using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>Keys stay in files and devices: nothing that others can read while a program runs or afterwards holds one.</summary>
public sealed class SecretTests
{
    [Fact]
    public async Task No_key_stands_in_the_process_list_the_trace_or_any_message()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string[] keys =
        [
            KeyPair.Generate().Private,
            KeyPair.RandomSecret(),
            KeyPair.RandomSecret(),
            KeyPair.RandomSecret(),
        ];
        string conf = Path.Combine(lab.Folder, "wg0.conf");
        string peer = KeyPair.Generate().Public;
        void Write(string privateKey, string presharedKey)
        {
            File.WriteAllText(
                conf,
                $"""
                [Interface]
                PrivateKey = {privateKey}
                Address = 192.168.192.1/24
                [Peer]
                PublicKey = {peer}
                PresharedKey = {presharedKey}
                AllowedIPs = 192.168.192.2/32

                """
            );
            File.SetUnixFileMode(conf, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        // All that ran on the host: its arguments and its environment, as ps shows them.
        HashSet<string> seen = [];
        using CancellationTokenSource over = new();
        Task watcher = Task.Run(() => Watch(host, seen, over.Token), TestContext.Current.CancellationToken);
        string said = "";
        void Run(params string[] line)
        {
            CommandResult result = host.Try(line);
            said += result.Output + result.Errors;
        }

        Write(keys[0], keys[1]);
        Run(Programs.Weft, "start", "--trace", conf);
        Assert.Contains("wg0 is up", said);
        Write(keys[0], keys[2]);
        Run(Programs.Weft, "start", "--trace", conf);
        File.WriteAllText(Path.Combine(lab.Folder, "key"), keys[3]);
        Run(Programs.Wg, "set", "wg0", "peer", peer, "preshared-key", Path.Combine(lab.Folder, "key"));
        Run(Programs.Wg, "show", "wg0");
        Run(Programs.Weft, "status");
        Run(Programs.Weft, "status", "--json");
        Run(Programs.Weft, "restart", "--trace", conf);
        // A key that stands where none belongs, or is one letter short.
        File.WriteAllText(Path.Combine(lab.Folder, "key"), keys[3] + keys[3]);
        Run(Programs.Wg, "set", "wg0", "private-key", Path.Combine(lab.Folder, "key"));
        Run(Programs.Wg, "setconf", "wg0", Path.Combine(lab.Folder, "key"));
        Write(keys[0][1..], keys[1] + "=");
        Run(Programs.Weft, "start", "--trace", conf);
        Run(Programs.Wg, "setconf", "wg0", conf);
        Run(Programs.WgQuick, "up", conf);
        Run(Programs.Weft, "stop", "--trace", "wg0");
        Assert.Contains("wg0 is stopped", said);
        await over.CancelAsync();
        await watcher;

        Assert.Contains(seen, text => text.Contains("device\0wg0", StringComparison.Ordinal));
        foreach (string form in keys.SelectMany(Forms))
        {
            Assert.DoesNotContain(form, said);
            Assert.DoesNotContain(seen, text => text.Contains(form, StringComparison.OrdinalIgnoreCase));
        }
    }

    // A good part of a key gives it away as well.
    static string[] Forms(string key) =>
        [key[1..21], key[21..41], Convert.ToHexStringLower(Convert.FromBase64String(key))[..20]];

    static void Watch(Host host, HashSet<string> seen, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            foreach (string process in Directory.EnumerateDirectories($"{host.Root}/proc"))
            {
                if (!char.IsAsciiDigit(Path.GetFileName(process)[0]))
                {
                    continue;
                }

                try
                {
                    seen.Add(File.ReadAllText(Path.Combine(process, "cmdline")));
                    seen.Add(File.ReadAllText(Path.Combine(process, "environ")));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // It ended meanwhile.
                }
            }

            Thread.Sleep(2);
        }
    }
}
