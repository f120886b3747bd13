using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;
using Weft.ScenarioTests.WireGuard;

namespace Weft.ScenarioTests.Scenarios;

/// <summary>Bad input is refused whole: the message names what, where and what to do, the status is not 0, and nothing changed.</summary>
public sealed class BadInputTests
{
    static readonly string s_conf = $"""
        [Interface]
        # Weft.Site = a.example.org
        # Weft.Lan = 10.0.1.0/24
        PrivateKey = {KeyPair.Generate().Private}
        Address = 192.168.192.1/24
        ListenPort = 51820

        [Peer]
        # Weft.Site = b.example.org
        PublicKey = {KeyPair.Generate().Public}
        AllowedIPs = 192.168.192.2/32, 10.0.2.0/24
        Endpoint = 192.0.2.1:51820

        """;

    [Theory]
    [InlineData("Address = 192.168.192.1/24", "Address = 192.168.192.1/240", "5:")]
    [InlineData("AllowedIPs = 192.168.192.2/32, 10.0.2.0/24", "AllowedIPs = 192.168.192.2/32, 10.0.2/24x", "11:")]
    [InlineData("ListenPort = 51820", "ListenPort = 70000", "6:")]
    [InlineData("Endpoint = 192.0.2.1:51820", "Endpoint = 192.0.2.1:70000", "12:")]
    [InlineData("PublicKey = ", "PublicKey = x", "10:")]
    public async Task A_fault_in_a_site_file_is_named_by_line(string good, string bad, string where)
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string file = WriteConf(lab, s_conf.Replace(good, bad, StringComparison.Ordinal));
        string fault = Refused(host, Programs.Weft, "start", file);
        Assert.Contains($"{file}:{where}", fault);
    }

    [Fact]
    public async Task Every_fault_of_a_site_file_is_named_in_one_run()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string file = WriteConf(
            lab,
            s_conf
                .Replace("192.168.192.1/24", "192.168.192.1/240", StringComparison.Ordinal)
                .Replace("ListenPort = 51820", "ListenPort = 70000", StringComparison.Ordinal)
                .Replace("10.0.2.0/24", "10.0.2.300/24", StringComparison.Ordinal)
        );
        string fault = Refused(host, Programs.Weft, "start", file);
        Assert.Contains($"{file}:5:", fault);
        Assert.Contains($"{file}:6:", fault);
        Assert.Contains($"{file}:11:", fault);
    }

    [Fact]
    public async Task A_truncated_site_file_is_refused_wherever_it_was_cut()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        foreach (
            string last in (string[])
                ["PrivateKey = ", "Address = 192.168.", "PublicKey = abc", "AllowedIPs = 192.168.192.2/32, 10."]
        )
        {
            int at = s_conf.IndexOf(last.Split('=')[0] + "=", StringComparison.Ordinal);
            string file = WriteConf(lab, s_conf[..at] + last);
            Assert.Contains(file, Refused(host, Programs.Weft, "start", file));
        }
    }

    [Fact]
    public async Task A_site_file_that_is_not_there_is_named()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        Assert.Contains("/nowhere/wg0.conf", Refused(host, Programs.Weft, "start", "/nowhere/wg0.conf"));
    }

    [Theory]
    [InlineData("Lan = 10.0.1.0/24", "Lan = 10.0.1.0/99", "6:")]
    [InlineData("Name = a.example.org", "Name = a.example.org\nPort = 70000", "6:")]
    [InlineData("Name = b.example.org", "Name = a.example.org", "a.example.org")]
    [InlineData("Lan = 10.0.2.0/24", "Lan = 10.0.1.128/25", "10.0.1.128/25")]
    public async Task A_fault_in_a_mesh_file_is_named_and_nothing_is_written(string good, string bad, string where)
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string file = Path.Combine(lab.Folder, "mesh.conf");
        string output = Path.Combine(lab.Folder, "sites");
        File.WriteAllText(file, ThreeSites.MeshConf.Replace(good, bad, StringComparison.Ordinal));
        string fault = Refused(host, Programs.Weft, "makeconf", "--from", file, "--out", output);
        Assert.Contains("mesh.conf", fault);
        Assert.Contains(where, fault);
        Assert.False(Directory.Exists(output));
        Assert.False(Directory.Exists(Path.Combine(lab.Folder, "keys")));
    }

    [Fact]
    public async Task An_unreadable_key_file_of_the_mesh_is_named_and_nothing_is_written()
    {
        await using Lab lab = new();
        ThreeSites three = ThreeSites.Lay(lab);
        three.MakeConf();
        string[] keys = Directory.GetFiles(Path.Combine(lab.Folder, "keys"), "*a.example.org*");
        string key = Assert.Single(keys);
        File.WriteAllText(key, "this is no key\n");
        string conf = File.ReadAllText(three.ConfOf(three.Sites[0]));

        string output = Path.Combine(lab.Folder, "sites");
        string mesh = Path.Combine(lab.Folder, "mesh.conf");
        string fault = Refused(three.Internet, Programs.Weft, "makeconf", "--from", mesh, "--out", output);
        Assert.Contains(key, fault);
        Assert.Equal(conf, File.ReadAllText(three.ConfOf(three.Sites[0])));
        Assert.Equal("this is no key\n", File.ReadAllText(key));
    }

    [Fact]
    public async Task An_unreadable_key_file_given_to_wg_set_is_named_and_changes_nothing()
    {
        await using Lab lab = new();
        Device device = Device.Start(lab.AddHost("host"), Engine.Weft);
        string garbage = Path.Combine(lab.Folder, "garbage");
        File.WriteAllText(garbage, "this is no key\n");
        string before = device.Wg("show", "wg0", "dump");
        foreach (string file in (string[])[garbage, "/nowhere/key", lab.Folder])
        {
            string fault = Refused(device.Host, Programs.Wg, "set", "wg0", "listen-port", "4242", "private-key", file);
            Assert.Contains(file, fault);
        }

        Assert.Equal(before, device.Wg("show", "wg0", "dump"));
    }

    [Theory]
    [InlineData("start", true)]
    [InlineData("device", false)]
    public async Task A_missing_tun_device_node_is_named(string command, bool withFile)
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Run("mount", "-t", "tmpfs", "tmpfs", "/dev/net");
        string argument = withFile ? WriteConf(lab, s_conf) : "wg0";
        Assert.Contains("/dev/net/tun", Refused(host, Programs.Weft, command, argument));
    }

    [Theory]
    [InlineData("start", true)]
    [InlineData("device", false)]
    public async Task Without_root_the_message_says_so(string command, bool withFile)
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        // Where nobody can reach it; the checkout may be in a private folder.
        host.Run("install", "-m", "755", Programs.Weft, "/run/weft-for-all");
        File.WriteAllText(Path.Combine(host.Root, "run/wg0.conf"), s_conf);
        host.Run("chown", "65534", "/run/wg0.conf");
        string fault = Refused(
            host,
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "/run/weft-for-all",
            command,
            withFile ? "/run/wg0.conf" : "wg0"
        );
        Assert.Contains("root", fault);
    }

    // Runs it, demands a refusal that left the host as it was, and returns what it said.
    static string Refused(Host host, params string[] line)
    {
        string before = HostState.Capture(host);
        CommandResult result = host.Try(line);
        Assert.InRange(result.Status, 1, 2);
        Assert.NotEqual("", result.Errors.Trim());
        Assert.DoesNotContain("   at ", result.Errors);
        Assert.Equal(before, HostState.Capture(host));
        return result.Errors;
    }

    static string WriteConf(Lab lab, string text)
    {
        string file = Path.Combine(lab.Folder, "wg0.conf");
        File.WriteAllText(file, text);
        return file;
    }
}
