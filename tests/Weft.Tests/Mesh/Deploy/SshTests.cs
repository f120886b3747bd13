using System.Collections.Immutable;
using Weft.Config;
using Weft.Mesh;
using Xunit;

namespace Weft.Tests.Mesh.Deploy;

/// <summary>What is given to ssh and to far shells, and what is made of their complaints.</summary>
public sealed class SshTests
{
    static readonly SshClient s_ssh = new(null, _ => { });

    [Theory]
    [InlineData("a.example.org", null, "a.example.org", null)]
    [InlineData("root@a.example.org:2222", "root", "a.example.org", 2222)]
    [InlineData("router_a", null, "router_a", null)]
    [InlineData("admin@[fd00::1]:22", "admin", "fd00::1", 22)]
    [InlineData("fd00::1", null, "fd00::1", null)]
    [InlineData("root@[fe80::1%eth0]", "root", "fe80::1%eth0", null)]
    public void A_place_to_log_in_is_read_and_written(string text, string? user, string host, int? port)
    {
        MeshConfig mesh = Parse($"Ssh = {text}").Value!;

        Assert.Equal(new SshDestination(user, host, (ushort?)port), mesh.Sites[0].Ssh);
        Assert.Equal(mesh.Sites[0].Ssh, MeshConfigText.Parse(MeshConfigText.Write(mesh), "again").Value!.Sites[0].Ssh);
    }

    [Theory]
    [InlineData("-oProxyCommand=reboot")]
    [InlineData("root@-oProxyCommand=reboot")]
    [InlineData("-l@a.example.org")]
    [InlineData("a.example.org;reboot")]
    [InlineData("root@")]
    [InlineData("$(id)@a.example.org")]
    [InlineData("ro ot@a.example.org")]
    [InlineData("root@a.example.org:")]
    [InlineData("[fe80::1%;reboot]:22")]
    [InlineData("[fe80::1%`id`]")]
    [InlineData("`id`")]
    public void What_ssh_or_a_shell_could_take_for_something_else_is_no_place_to_log_in(string text) =>
        Assert.NotEmpty(Parse($"Ssh = {text}").Faults);

    [Theory]
    [InlineData("/jffs/weft", true)]
    [InlineData("/etc/wireguard/", true)]
    [InlineData("jffs", false)]
    [InlineData("/", false)]
    [InlineData("/jffs/../etc", false)]
    [InlineData("/jffs//weft", false)]
    [InlineData("/jffs/a b", false)]
    [InlineData("/jffs/$(id)", false)]
    [InlineData("/jffs/'x'", false)]
    public void A_site_has_a_plain_absolute_folder(string path, bool isGood) =>
        Assert.Equal(isGood, Parse($"Folder = {path}").Faults.IsEmpty);

    [Fact]
    public void The_destination_and_the_command_are_never_options()
    {
        ImmutableArray<string> words = s_ssh.ArgumentsFor(
            new SshDestination("root", "a.example.org", 2222),
            FarScript.Receive("/jffs/weft"),
            10
        );

        int end = words.IndexOf("--");
        Assert.Equal(["-l", "root", "-p", "2222"], words[(end - 4)..end]);
        Assert.Equal("a.example.org", words[end + 1]);
        Assert.Equal(end + 3, words.Length);
        Assert.Contains("BatchMode=yes", words);
        // A shared connection would prove nothing.
        Assert.Contains("ControlPath=none", words);
    }

    [Fact]
    public void A_far_script_is_words_that_every_shell_leaves_alone()
    {
        foreach (
            (string script, int words) in ((string, int)[])
                [
                    (FarScript.Receive(null), 4),
                    (FarScript.Confirm("/jffs/weft"), 4),
                    (FarScript.Install(null, 7), 5),
                    (FarScript.ByScript("/jffs/weft", 7000, "confirm"), 6),
                ]
        )
        {
            Assert.StartsWith("exec sh -c '", script, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', script);
            Assert.DoesNotContain('!', script);
            Assert.Equal(words * 2, script.Count(c => c == '\''));
        }
    }

    [Theory]
    [InlineData(255, "root@a: Permission denied (publickey,password).", "no key of yours", "ssh-copy-id")]
    [InlineData(255, "Host key verification failed.", "not known here", "Log in once")]
    [InlineData(
        255,
        "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
        "another than",
        "Find out why"
    )]
    [InlineData(255, "ssh: connect to host a port 22: Connection refused\r\n", "Connection refused", "Try: ssh a")]
    [InlineData(1, "sudo: a password is required", "sudo asks for a password", "NOPASSWD")]
    [InlineData(127, "sh: 1: exec: sudo: not found", "there is no sudo", "Ssh = root@")]
    [InlineData(3, "", "ended with status 3", "Try: ssh a")]
    [InlineData(255, "evil \u001b[2Jtext\u202e", "evil  [2Jtext", "Try: ssh a")]
    public void A_complaint_is_told_in_a_sentence_with_a_way_out(
        int status,
        string complaint,
        string text,
        string remedy
    )
    {
        SshFault fault = SshFault.Of(status, complaint, new SshDestination(null, "a", null));

        Assert.Contains(text, fault.Text, StringComparison.Ordinal);
        Assert.Contains(remedy, fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_files_are_compared_without_a_secret_of_either()
    {
        const string before = """
            [Interface]
            # Weft.Site = a.example.org
            PrivateKey = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=
            [Peer]
            # Weft.Site = b.example.org
            PublicKey = bbb=
            PresharedKey = ccc=
            AllowedIPs = 192.168.192.2/32
            [Peer]
            # Weft.Site = x.example.org
            PublicKey = xxx=
            """;
        string after = before
            .Replace("ccc=", "ddd=", StringComparison.Ordinal)
            .Replace("x.example.org", "y.example.org", StringComparison.Ordinal)
            .Replace("[Peer]\n# Weft.Site = b", "MTU = 1400\n[Peer]\n# Weft.Site = b", StringComparison.Ordinal);

        ImmutableArray<string> lines = RedactedText.LinesOf(before);
        Assert.DoesNotContain(lines, line => line.Contains("aaaa", StringComparison.Ordinal));
        Assert.Equal(
            [
                "- peer x.example.org",
                "+ peer y.example.org",
                "- b.example.org: PresharedKey = (hidden)",
                "+ MTU = 1400",
                "+ b.example.org: PresharedKey = (hidden)",
            ],
            RedactedText.Difference(lines, RedactedText.LinesOf(after))
        );
    }

    static ParseResult<MeshConfig> Parse(string line) =>
        MeshConfigText.Parse(
            $"[Mesh]\nNetwork = 192.168.192.0/24\n[Site]\nName = a.example.org\n{line}\n",
            "mesh.conf"
        );
}
