using System.Collections.Immutable;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

/// <summary>Our entries in files that are also other people's: uci's, Tomato's, and those of a plain dnsmasq.</summary>
public sealed class DnsFilesTests
{
    static readonly ImmutableArray<DnsSetting> Settings =
    [
        new("interface", "wg0"),
        new("host-record", "b.lan,192.168.192.2,fd77::2"),
        new("server", "/b.lan/192.168.192.2"),
        new("rebind-domain-ok", "/b.lan/"),
    ];

    const string Users = """
        dhcp.@dnsmasq[0]=dnsmasq
        dhcp.@dnsmasq[0].domain='lan'
        dhcp.@dnsmasq[0].server='1.1.1.1' '/corp/10.9.9.9'
        dhcp.lan=dhcp
        dhcp.lan.interface='lan'
        """;

    [Fact]
    public void Uci_is_told_what_is_ours()
    {
        Assert.Equal(
            """
            set dhcp.weft_wg0=weft
            add_list dhcp.weft_wg0.setting='interface=wg0'
            add_list dhcp.@dnsmasq[0].interface='wg0'
            add_list dhcp.weft_wg0.setting='host-record=b.lan,192.168.192.2,fd77::2'
            set dhcp.weft_wg0_1=domain
            set dhcp.weft_wg0_1.name='b.lan'
            set dhcp.weft_wg0_1.ip='192.168.192.2'
            set dhcp.weft_wg0_2=domain
            set dhcp.weft_wg0_2.name='b.lan'
            set dhcp.weft_wg0_2.ip='fd77::2'
            add_list dhcp.weft_wg0.setting='server=/b.lan/192.168.192.2'
            add_list dhcp.@dnsmasq[0].server='/b.lan/192.168.192.2'
            add_list dhcp.weft_wg0.setting='rebind-domain-ok=/b.lan/'
            add_list dhcp.@dnsmasq[0].rebind_domain='b.lan'

            """,
            UciDhcp.Batch("wg0", Settings, UciSections.Read(Users))
        );
    }

    [Fact]
    public void Uci_loses_what_our_section_says_and_nothing_else()
    {
        UciSections dhcp = UciSections.Read(
            $"""
            {Users}
            dhcp.weft_wg0=weft
            dhcp.weft_wg0.setting='server=/b.lan/192.168.192.2' 'host-record=b.lan,192.168.192.2'
            dhcp.weft_wg0_1=domain
            dhcp.weft_wg0_1.name='b.lan'
            dhcp.weft_wg01=weft
            """
        );

        Assert.Equal(
            """
            del_list dhcp.@dnsmasq[0].server='/b.lan/192.168.192.2'
            delete dhcp.weft_wg0
            delete dhcp.weft_wg0_1

            """,
            UciDhcp.Batch("wg0", [], dhcp)
        );
    }

    [Fact]
    public void Uci_prints_lists_as_words_in_quotes()
    {
        UciSections dhcp = UciSections.Read(Users);

        Assert.Equal(["1.1.1.1", "/corp/10.9.9.9"], dhcp.ValuesOf("dhcp.@dnsmasq[0]", "server"));
        Assert.Equal(["dhcp.@dnsmasq[0]", "dhcp.lan"], dhcp.Sections);
        Assert.Empty(dhcp.ValuesOf("dhcp.@dnsmasq[0]", "interface"));
    }

    [Fact]
    public void What_dnsmasq_reads_is_followed_through_files_and_folders()
    {
        string folder = Directory.CreateTempSubdirectory("weft-dns-").FullName;
        try
        {
            Directory.CreateDirectory($"{folder}/more");
            File.WriteAllText($"{folder}/main.conf", $"# remark\ndomain=home\nconf-dir={folder}/more/,*.conf\n");
            File.WriteAllText($"{folder}/more/a.conf", $"interface = br0 # the LAN\nconf-file={folder}/main.conf\n");
            File.WriteAllText($"{folder}/more/b.txt", "bind-interfaces\n");
            File.WriteAllText($"{folder}/more/weft-wg0.conf", "interface=wg0\n");

            DnsmasqConf conf = DnsmasqConf.Read(["-k", "-C", $"{folder}/main.conf", "--port=53"], DnsmasqFolder.IsOurs);

            Assert.Equal("home", conf.Domain);
            Assert.Equal([$"{folder}/more"], conf.Folders);
            Assert.True(conf is { IsLimited: true, BindsOnce: false, HasNoDns: false });
            Assert.DoesNotContain(conf.Settings, s => s.Value == "wg0");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
