using System.Collections.Immutable;
using Weft.Control;
using Xunit;

namespace Weft.Tests.Control;

public sealed class NameServerTests : IDisposable
{
    static readonly NameServers s_first = NameServers.Of(["10.7.0.53", "corp.example", "fd00:7::53"])!;
    static readonly NameServers s_second = NameServers.Of(["a.example"])!;

    readonly string _folder = Directory.CreateTempSubdirectory("weft-names-").FullName;

    string File => Path.Combine(_folder, "resolv.conf");

    ResolvConfFile Keeper(string boot = "1") => new(File, boot);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Addresses_are_servers_and_the_rest_are_domains()
    {
        Assert.Equal("nameserver 10.7.0.53\nnameserver fd00:7::53\nsearch corp.example\n", s_first.ResolvConf());
        Assert.Null(NameServers.Of([]));
    }

    [Fact]
    public void A_file_of_ours_reads_back_as_it_was_written()
    {
        KeptResolvConf kept = new("boot", ["options edns0"], [("wg1", s_second), ("wg0", s_first)]);

        KeptResolvConf read = KeptResolvConf.Read(kept.Write())!;

        Assert.Equal(kept.Write(), read.Write());
        Assert.Equal(["wg1", "wg0"], read.Asked.Select(a => a.Link));
        Assert.Equal("boot", read.Boot);
        Assert.Null(KeptResolvConf.Read("nameserver 1.1.1.1\n"));
        Assert.Null(KeptResolvConf.Read(""));
    }

    [Fact]
    public void What_stood_there_comes_back_with_the_last_interface()
    {
        System.IO.File.WriteAllText(File, "nameserver 9.9.9.9\n");
        Keeper().Set("wg0", s_first);
        Keeper().Set("wg1", s_second);
        Keeper().Set("wg0", s_first);
        Assert.True(s_first.SameAs(Keeper().Standing("wg0")));
        Keeper().Remove("wg1");
        Keeper().Remove("wg1");
        Assert.Null(Keeper().Standing("wg1"));
        Keeper().Remove("wg0");
        Assert.Equal("nameserver 9.9.9.9\n", System.IO.File.ReadAllText(File));
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Of_another_boot_nothing_stands_and_the_first_change_puts_the_old_file_back()
    {
        System.IO.File.WriteAllText(File, "nameserver 9.9.9.9\noptions rotate\n");
        Keeper().Set("wg0", s_first);
        Assert.True(Keeper("2").IsStale);
        Assert.Null(Keeper("2").Standing("wg0"));

        Keeper("2").Set("wg1", s_second);
        Assert.DoesNotContain("wg0", System.IO.File.ReadAllText(File));
        Keeper("2").Remove("wg1");
        Assert.Equal("nameserver 9.9.9.9\noptions rotate\n", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void A_plan_changes_what_differs_and_lets_go_of_what_is_no_longer_asked_for()
    {
        ResolvConfFile keeper = Keeper();
        WantedState wanted = Sites.Wanted(
            Sites.File("DNS = 10.7.0.53, corp.example, fd00:7::53"),
            options: new StartOptions { JoinNetworks = false }
        );
        HostState fresh = new() { NameServerKeeper = keeper };
        HostState set = fresh with { NameServers = new KeptNameServers(keeper, s_first) };

        ChangeNameServers add = Assert.IsType<ChangeNameServers>(Assert.Single(HostPlan.Surroundings(wanted, fresh)));
        Assert.Equal(new ChangeNameServers("wg0", keeper, null, add.New), add.Inverse);
        Assert.Empty(HostPlan.Surroundings(wanted, set));
        ImmutableArray<HostStep> gone = HostPlan.Surroundings(wanted with { NameServers = null }, set);
        Assert.Null(Assert.IsType<ChangeNameServers>(Assert.Single(gone)).New);
        Assert.Contains(HostPlan.Stop("wg0", set, []), s => s is ChangeNameServers { New: null });
        Assert.Empty(HostPlan.Stop("wg0", fresh, []));
    }
}
