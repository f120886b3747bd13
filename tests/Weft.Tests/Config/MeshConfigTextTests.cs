using FsCheck;
using FsCheck.Fluent;
using Weft.Config;
using Xunit;

namespace Weft.Tests.Config;

public sealed class MeshConfigTextTests
{
    const string Whole = """
        [Mesh]
        Network = 192.168.192.0/24          # tunnel addresses
        Network = fd12:3456::/64
        Check = 20
        Port = 51821
        [Site]
        Name = a.example.org                # the FQDN
        Lan = 10.0.1.0/24
        Lan = 10.0.2.0/24, fd01::/64
        Relay = yes
        [Site]
        Name = b.example.org
        Endpoint = vpn.example.org:1234
        Address = 192.168.192.7, fd12:3456::7
        Port = 51999
        Mtu = 1280
        [Site]
        Name = c.example.org
        Lan = 10.0.3.0/24
        Nat = yes                           # nobody can dial in
        Keepalive = 15
        [Site]
        Name = d.example.org
        Endpoint = fd77::1
        [Site]
        Name = e.example.org
        Endpoint = [fd77::2]:7
        """;

    [Fact]
    public void Reads_every_key()
    {
        MeshConfig mesh = Good(Whole);
        Assert.Equal(["192.168.192.0/24", "fd12:3456::/64"], mesh.Networks.Select(n => n.ToString()));
        Assert.Equal(TimeSpan.FromSeconds(20), mesh.Check);
        Assert.Equal((ushort)51821, mesh.Port);
        Assert.Equal(["a", "b", "c", "d", "e"], mesh.Sites.Select(s => s.Name[..1]));
        Assert.Equal([6, 11, 17, 22, 25], mesh.Sites.Select(s => s.Line));
        Assert.Equal(["10.0.1.0/24", "10.0.2.0/24", "fd01::/64"], mesh.Sites[0].Lans.Select(l => l.ToString()));
        Assert.True(mesh.Sites[0].Relay);
        Assert.Equal(("vpn.example.org", (ushort?)1234), (mesh.Sites[1].EndpointHost, mesh.Sites[1].EndpointPort));
        Assert.Equal(["192.168.192.7", "fd12:3456::7"], mesh.Sites[1].Addresses.Select(a => a.ToString()));
        Assert.Equal(((ushort?)51999, (ushort?)1280), (mesh.Sites[1].Port, mesh.Sites[1].Mtu));
        Assert.True(mesh.Sites[2].Nat);
        Assert.Equal((ushort?)15, mesh.Sites[2].Keepalive);
        Assert.Equal(("fd77::1", (ushort?)null), (mesh.Sites[3].EndpointHost, mesh.Sites[3].EndpointPort));
        Assert.Equal(("fd77::2", (ushort?)7), (mesh.Sites[4].EndpointHost, mesh.Sites[4].EndpointPort));
    }

    [Fact]
    public void Has_the_defaults_of_the_design()
    {
        MeshConfig mesh = Good("[Mesh]\nNetwork = 10.9.0.0/16\n");
        Assert.Equal(TimeSpan.FromSeconds(10), mesh.Check);
        Assert.Equal((ushort)51820, mesh.Port);
        Assert.Equal("[Mesh]\nNetwork = 10.9.0.0/16\n", MeshConfigText.Write(mesh));
    }

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        string written = MeshConfigText.Write(Good(Whole));
        Assert.Equal(written, MeshConfigText.Write(Good(written)));
    }

    [Fact]
    public void Every_fault_is_reported_with_line_and_column()
    {
        const string text = """
            [Mesh]
            Check = soon
            Port = 70000
            Port = 2
            [Site]
            Lan = 10.0.1.1/24
            Nat = perhaps
            Name =
            [Site]
            Endpoint = a..b
            Colour = red
            """;
        Assert.Equal(
            [
                "m:0", // no Network
                "m:2:9",
                "m:3:8",
                "m:4:1",
                "m:6:7",
                "m:7:7",
                "m:8:1",
                "m:9:1",
                "m:10:12",
                "m:11:1",
            ],
            MeshConfigText
                .Parse(text, "m")
                .Faults.Select(f =>
                    f.Line == 0 ? "m:0" : f.ToString()[..f.ToString().IndexOf(": ", StringComparison.Ordinal)]
                )
        );
        Assert.Contains(
            MeshConfigText.Parse(text, "m").Faults,
            f => f.ToString() == "m:6:7: '10.0.1.1/24' has bits set after its prefix (the network is 10.0.1.0/24)"
        );
    }

    [Theory]
    [InlineData("../etc")]
    [InlineData("a/b")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("-a")]
    [InlineData("1.2.3")]
    [InlineData("a b")]
    public void A_name_that_is_no_safe_folder_is_refused(string name) =>
        Assert.Single(MeshConfigText.Parse($"[Mesh]\nNetwork=10.0.0.0/8\n[Site]\nName={name}\n", "m").Faults);

    [Theory]
    [InlineData("Name")]
    [InlineData("Endpoint")]
    public void A_key_in_the_place_of_a_host_is_refused_and_not_shown(string key)
    {
        const string secret = "yFkAVgn4hKSFCpIkmRRtMgZ2ChgYtW5Fjv8ZTBSUk38";
        Diagnostic fault = Assert.Single(
            MeshConfigText
                .Parse($"[Mesh]\nNetwork=10.0.0.0/8\n[Site]\n{key}={secret}\n", "m")
                .Faults.Where(f => f.Line == 4)
        );
        Assert.DoesNotContain(secret[..20], fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_makes_it_throw()
    {
        Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll<string?>(text =>
                MeshConfigText.Parse(text ?? "", "f") is { } r && r.Value is null != r.Faults.IsEmpty
            )
        );
        Random random = new(98);
        for (int round = 0; round < 5000; round++)
            Assert.NotNull(MeshConfigText.Parse(SiteConfigTextTests.Mutate(Whole, random), "f"));
    }

    static MeshConfig Good(string text)
    {
        ParseResult<MeshConfig> result = MeshConfigText.Parse(text, "mesh.conf");
        Assert.Empty(result.Faults);
        return result.Value!;
    }
}
