using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Control;

/// <summary>
/// What <c>weft start</c> does on a host whose kernel's WireGuard is out of reach, and how it says so. The tests of a kernel that has it
/// stand in <c>Kernel</c>.
/// </summary>
public sealed class EngineChoiceTests
{
    // modprobe is a name of kmod, which these stand in front of, on this host alone.
    const string Modprobe = "\"$(readlink -f \"$(command -v modprobe)\")\"";

    [Theory]
    [InlineData("mount --bind /dev/null " + Modprobe, "modprobe: not found")]
    [InlineData(
        "printf '#!/bin/sh\\necho modprobe: FATAL: no such module >&2\\necho more >&2\\nexit 1\\n' >/run/modprobe;"
            + "chmod +x /run/modprobe; mount --bind /run/modprobe "
            + Modprobe,
        "modprobe: FATAL: no such module"
    )]
    [InlineData(
        "printf '#!/bin/sh\\n' >/run/modprobe; chmod +x /run/modprobe; mount --bind /run/modprobe " + Modprobe,
        "this kernel has no WireGuard"
    )]
    public async Task Falls_back_with_one_line_that_says_why(string prepare, string why)
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        host.Sh(prepare);
        string before = HostState.Capture(host);
        string conf = new SiteConf(lab).Write();

        CommandResult start = host.Try(Programs.Weft, "start", conf);

        Assert.Equal(0, start.Status);
        Assert.Equal(
            $"weft: the kernel's WireGuard cannot be had ({why}): running our own, in user space\n",
            start.Errors
        );
        Assert.Contains(" tun type tun ", host.Run("ip", "-d", "link", "show", "wg0"));
        host.Run(Programs.Weft, "stop", conf);
        CommandResult forced = host.Try(Programs.Weft, "start", "--engine", "kernel", conf);
        Assert.Equal(1, forced.Status);
        Assert.Contains($"the kernel's WireGuard cannot be had: {why}\n", forced.Errors);
        Assert.Equal(before, HostState.Capture(host));
    }

    [Fact]
    public async Task Says_so_where_it_may_make_no_interfaces_and_leaves_nothing()
    {
        await using Lab lab = new();
        Host host = lab.AddHost("a");
        string before = HostState.Capture(host);
        string conf = new SiteConf(lab).Write();
        string[] without = ["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", Programs.Weft];

        CommandResult start = host.Try([.. without, "start", conf]);

        Assert.Equal(1, start.Status);
        Assert.Single(
            start.Errors.Split('\n'),
            line =>
                line.Contains(
                    "(no permission to make interfaces): running our own, in user space",
                    StringComparison.Ordinal
                )
        );
        Assert.Contains("CAP_NET_ADMIN", start.Errors);
        Assert.Equal(before, HostState.Capture(host));
    }
}
