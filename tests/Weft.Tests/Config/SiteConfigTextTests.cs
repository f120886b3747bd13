using FsCheck;
using FsCheck.Fluent;
using Weft.Config;
using Weft.Crypto;
using Xunit;

namespace Weft.Tests.Config;

public sealed class SiteConfigTextTests
{
    const string KeyA = "6EtabScXwQA6E7QxVwNT26ypFGzxUMX4V1aA/rpSAno=";
    const string KeyB = "9gp7h+W7I7Ko4LuN1MrnHyTn3D69BUgUAkTqiAv90Zo=";

    const string Whole = $"""
        # kept by hand
        [Interface] # this site
        # Weft.Site = a.example.org
        # Weft.Lan = 10.0.1.0/24, fd01::/64   # behind us
        #Weft.Check=15
        PrivateKey = {KeyA}
        Address = 192.168.192.1/24, fd12::1/64
        address = 10.9.9.9
        ListenPort = 51820
        FwMark = 0x1f
        MTU = 1380
        DNS = 10.0.1.1, example.org
        Table = 1234
        PreUp = echo up %i; true
        PostUp = iptables -A INPUT -i %i -j ACCEPT
        PostUp = true
        PreDown = a
        PostDown = b
        SaveConfig = true

        [peer]
        # Weft.Site = c.example.org
        # Weft.Relay = d.example.org {KeyA} 192.168.192.4/32, 10.0.4.0/24  # by way of c
        PublicKey = {KeyB}
        PresharedKey={KeyA}
        AllowedIPs = 192.168.192.3/32, 10.0.3.0/24
        AllowedIPs = fd03::5/64
        Endpoint = [fd00::1]:51820
        PersistentKeepalive = 25
        [Peer]
        PublicKey = {KeyA}
        Endpoint = c.example.org:5
        """;

    [Theory]
    [InlineData("d.example.org", "1:16: a site's name, its public key and its prefixes belong here")]
    [InlineData("d.example.org nokey 10.0.0.0/8", "1:30: the value is not a public key")]
    [InlineData($"-d {KeyA} 10.0.0.0/8", "1:16: '-d' is not a site's name")]
    [InlineData($"d {KeyA} 10.0.0.0/8, 10.0.0.1/24", "1:75: '10.0.0.1/24' has bits set after its prefix")]
    public void A_site_behind_a_peer_needs_name_key_and_prefixes(string value, string fault)
    {
        string text = $"[Peer]\n# Weft.Relay = {value}\nPublicKey = {KeyB}\n[Interface]";

        ParseResult<SiteConfig> result = SiteConfigText.Parse(text, "f");

        Assert.Null(result.Value);
        Assert.StartsWith("f:2" + fault[1..], Assert.Single(result.Faults).ToString());
    }

    [Fact]
    public void Reads_every_key()
    {
        SiteConfig config = Good(Whole);
        InterfaceSection own = config.Interface;
        Assert.Equal("a.example.org", own.Site);
        Assert.Equal(["10.0.1.0/24", "fd01::/64"], own.Lans.Select(l => l.ToString()));
        Assert.Equal(TimeSpan.FromSeconds(15), own.Check);
        Assert.Equal(PrivateKey.Parse(KeyA), own.PrivateKey);
        Assert.Equal(
            ["192.168.192.1/24", "fd12::1/64", "10.9.9.9/32"],
            own.Addresses.Select(address => address.ToString())
        );
        Assert.Equal((ushort)51820, own.ListenPort);
        Assert.Equal(0x1fu, own.FirewallMark);
        Assert.Equal((ushort)1380, own.Mtu);
        Assert.Equal(["10.0.1.1", "example.org"], own.Dns);
        Assert.Equal(new RouteTable(RouteTableKind.Number, 1234), own.Table);
        Assert.Equal(["echo up %i; true"], own.PreUp);
        Assert.Equal(["iptables -A INPUT -i %i -j ACCEPT", "true"], own.PostUp);
        Assert.Equal(["a"], own.PreDown);
        Assert.Equal(["b"], own.PostDown);
        Assert.True(own.SaveConfig);
        Assert.Equal(2, config.Peers.Length);
        PeerSection peer = config.Peers[0];
        Assert.Equal("c.example.org", peer.Site);
        Assert.Equal(KeyB, peer.PublicKey.ToString());
        Assert.Equal(PresharedKey.Parse(KeyA), peer.PresharedKey);
        Assert.Equal(
            ["192.168.192.3/32", "10.0.3.0/24", "fd03::/64"],
            peer.AllowedIps.Select(change => change.Prefix.ToString())
        );
        Assert.Equal(new HostPort("fd00::1", 51820), peer.Endpoint);
        Assert.Equal((ushort)25, peer.PersistentKeepalive);
        Assert.Equal(new HostPort("c.example.org", 5), config.Peers[1].Endpoint);
        Assert.Null(config.Peers[1].PersistentKeepalive);
    }

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        string written = SiteConfigText.Write(Good(Whole));
        Assert.Equal(written, SiteConfigText.Write(Good(written)));
        Assert.Contains("# Weft.Lan = 10.0.1.0/24, fd01::/64\n", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_line_ends_and_a_byte_order_mark_change_nothing() =>
        Assert.Equal(
            SiteConfigText.Write(Good(Whole)),
            SiteConfigText.Write(Good("\ufeff" + Whole.Replace("\n", "\r\n", StringComparison.Ordinal)))
        );

    [Fact]
    public void Ten_faults_are_ten_reports_with_line_and_column()
    {
        const string text = """
            ListenPort = 1
            [Interface]
            PrivateKey = short
            ListenPort = 70000
              Address = 10.0.0.1/33
            Adress = 10.0.0.1/24
            what is this
            # Weft.Lam = 10.0.0.0/8
            MTU =
            [Peer]
            AllowedIPs = 10.0.0.0/8, 10.0.0/8
            [Pear]
            Anything = goes unreported here
            """;
        ParseResult<SiteConfig> result = SiteConfigText.Parse(text, "wg0.conf");
        Assert.Null(result.Value);
        Assert.Equal(
            [
                "wg0.conf:1:1: 'ListenPort' stands before any section (start with [Interface])",
                "wg0.conf:3:14: the value is not a private key (a key is 44 characters of base64, as 'wg genkey' makes it)",
                "wg0.conf:4:14: '70000' is not a port (give a number from 1 to 65535)",
                "wg0.conf:5:22: '33' is not a prefix length (give a number from 0 to 32)",
                "wg0.conf:6:1: 'Adress' is not a key of [Interface]",
                "wg0.conf:7:1: the line is neither [Section] nor Key = value",
                "wg0.conf:8:3: 'Weft.Lam' is not known here "
                    + "(there are Weft.Site, Weft.Lan and Weft.Domain in [Interface] and [Peer]; Weft.Check, Weft.Failures, "
                    + "Weft.Successes, Weft.HoldDown, Weft.HoldDownMax and Weft.Hook in [Interface]; Weft.Relay and Weft.Replaces in [Peer])",
                "wg0.conf:9:1: 'MTU' has no value (give one or remove the line)",
                "wg0.conf:10:1: the peer has no PublicKey",
                "wg0.conf:11:26: '10.0.0/8' is not an IP address with a prefix (write it like 10.0.1.0/24 or fd00::/64)",
                "wg0.conf:12:1: [Pear] is not a section (there are [Interface] and [Peer])",
            ],
            result.Faults.Select(fault => fault.ToString())
        );
    }

    [Theory]
    [InlineData("Endpoint = 1.2.3.4")]
    [InlineData("Endpoint = :5")]
    [InlineData("Endpoint = fd00::1:5")]
    [InlineData("Endpoint = [fd00::1]")]
    [InlineData("Endpoint = [fd00::1]5")]
    [InlineData("Endpoint = [1.2.3.4]:5")]
    [InlineData("Endpoint = 1.2.3:5")]
    [InlineData("Endpoint = a b:5")]
    [InlineData("Endpoint = -a:5")]
    [InlineData("Endpoint = a:0")]
    [InlineData("AllowedIPs = 10.0.0.0/8,,10.1.0.0/16")]
    [InlineData("AllowedIPs = ,")]
    [InlineData("PersistentKeepalive = 65536")]
    [InlineData("PersistentKeepalive = -1")]
    [InlineData("PresharedKey = 6EtabScXwQA6E7QxVwNT26ypFGzxUMX4V1aA/rpSAn")]
    [InlineData("MTU = 1400")]
    public void Refuses_in_a_peer(string line)
    {
        ParseResult<SiteConfig> result = SiteConfigText.Parse($"[Interface]\n[Peer]\nPublicKey={KeyA}\n{line}\n", "f");
        Assert.NotEmpty(result.Faults);
        Assert.All(result.Faults, fault => Assert.Equal(4, fault.Line));
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        string cut = Whole[..(Whole.IndexOf(KeyB, StringComparison.Ordinal) + 20)];
        Assert.Null(SiteConfigText.Parse(cut, "f").Value);
        Assert.Null(SiteConfigText.Parse("", "f").Value);
    }

    [Fact]
    public void No_fault_repeats_a_key()
    {
        string text = $"[Interface]\nPrivateKey = {KeyA}x\n[Peer]\nPublicKey = x{KeyA}\nPresharedKey = {KeyA}{KeyA}\n";
        string all = string.Join('\n', SiteConfigText.Parse(text, "f").Faults);
        Assert.DoesNotContain(KeyA[5..15], all, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_rubbish_gives_a_bounded_answer()
    {
        ParseResult<SiteConfig> result = SiteConfigText.Parse(string.Concat(Enumerable.Repeat("x\n", 100_000)), "f");
        Assert.InRange(result.Faults.Length, 100, 101);
        Assert.EndsWith("more faults", result.Faults[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_makes_it_throw()
    {
        Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll<string?>(text =>
                SiteConfigText.Parse(text ?? "", "f") is { } r && r.Value is null != r.Faults.IsEmpty
            )
        );
        Random random = new(99);
        for (int round = 0; round < 5000; round++)
            Assert.NotNull(SiteConfigText.Parse(Mutate(Whole, random), "f"));
    }

    internal static string Mutate(string text, Random random)
    {
        const string alphabet = "[]=#,:/.%-+ \n\r\t\0\u00e9\ud8000fx";
        char[] chars = text.ToCharArray();
        for (int i = random.Next(12); i >= 0; i--)
            chars[random.Next(chars.Length)] = alphabet[random.Next(alphabet.Length)];
        int start = random.Next(chars.Length);
        return new string(chars, start, random.Next(chars.Length - start));
    }

    static SiteConfig Good(string text)
    {
        ParseResult<SiteConfig> result = SiteConfigText.Parse(text, "wg0.conf");
        Assert.Empty(result.Faults);
        return result.Value!;
    }
}
