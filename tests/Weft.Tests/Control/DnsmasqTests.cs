using System.Collections.Immutable;
using Weft.Control;
using Weft.Tests.Mesh;
using Xunit;

namespace Weft.Tests.Control;

/// <summary>Which dnsmasq of several is told names, and who starts it anew, with a shell script in the place of systemctl.</summary>
public sealed class DnsmasqTests : IDisposable
{
    const string OfDebian = "0::/system.slice/dnsmasq.service\n";
    const string OfNetworkManager = "0::/system.slice/NetworkManager.service\n";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(OfDebian, "dnsmasq.service")]
    // As of the first systemd that had a hierarchy of its own beside others.
    [InlineData(
        "2:cpu:/\n1:name=systemd:/system.slice/dnsmasq.service\n0::/system.slice/dnsmasq.service\n",
        "dnsmasq.service"
    )]
    [InlineData("0::/system.slice/system-dnsmasq.slice/dnsmasq@lan.service\n", "dnsmasq@lan.service")]
    [InlineData(OfNetworkManager, null)]
    [InlineData("0::/system.slice/libvirtd.service\n", null)]
    [InlineData("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-a.scope\n", null)]
    [InlineData("0::/user.slice/user-0.slice/session-3.scope\n", null)]
    [InlineData("0::/system.slice/gone.service\n", null)]
    [InlineData("0::/\n", null)]
    public void A_unit_is_started_anew_only_for_its_main_process(string cgroup, string? unit) =>
        Assert.Equal(unit, SystemdUnit.OfMain(812, cgroup, Systemctl(), new Tools(_ => { })));

    [Fact]
    public void One_that_is_part_of_another_service_is_passed_over_where_there_is_one_of_its_own()
    {
        Dnsmasq networkManagers = Running(700);
        Dnsmasq debians = Running(812);
        Dnsmasq without = Running(300);
        bool Takes(Dnsmasq d) => d != without;

        Assert.Same(debians, Dnsmasq.Pick([without, networkManagers, debians], Takes, d => d == debians));
        // There is none that could be, so the eldest as ever.
        Assert.Same(networkManagers, Dnsmasq.Pick([without, networkManagers, debians], Takes, _ => false));
        Assert.Same(without, Dnsmasq.Pick([without, networkManagers, debians], _ => false, _ => true));
    }

    [Fact]
    public void Nobody_is_asked_about_a_dnsmasq_that_is_the_only_one()
    {
        Dnsmasq only = Running(700);

        Assert.Same(
            only,
            Dnsmasq.Pick([only, Running(812)], d => d == only, _ => throw new InvalidOperationException())
        );
    }

    static Dnsmasq Running(int process) => new("/usr/sbin/dnsmasq", process, ImmutableArray<string>.Empty);

    /// <summary>Knows process 812 as the main one of dnsmasq's units, and no unit that is gone.</summary>
    string Systemctl()
    {
        string program = _folder.In("systemctl");
        File.WriteAllText(
            program,
            """
            #!/bin/sh
            [ "$1 $2 $3 $4" = "show -p MainPID --value" ] || exit 1
            case $5 in
            dnsmasq*.service) echo 812 ;;
            gone.service) echo 0 ;;
            *) echo 81 ;;
            esac
            """
        );
        TemporaryFolder.SetMode(program, "755");
        return program;
    }
}
