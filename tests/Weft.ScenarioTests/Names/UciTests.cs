using Weft.ScenarioTests.Boot;
using Weft.ScenarioTests.Network;
using Weft.ScenarioTests.Sites;

namespace Weft.ScenarioTests.Names;

/// <summary>
/// The sites' names on OpenWrt, in <c>/etc/config/dhcp</c>. <c>uci</c> is to be had nowhere here; the stand-in keeps the file as
/// <c>uci show</c> prints it, and fails as the real one was seen to fail (docs/testing.md): a batch ends well whatever became of its
/// commands, and a commit that finds no room empties the file and ends well.
/// </summary>
public sealed class UciTests
{
    const string Uci = """
        #!/bin/sh
        file=/etc/config/dhcp staged=/run/uci.staged
        [ "$1" != -q ] || { shift; exec 2>/dev/null; }
        ! grep -q broken $file || [ "$1" = changes ] || { echo 'uci: Parse error (invalid command) at line 1, byte 0' >&2; exit 1; }
        case $1 in
        show) cat $file ;;
        changes) cat $staged 2>/dev/null || : ;;
        revert) rm -f $staged ;;
        batch)
          while read -r line; do
            [ ! -e /run/uci.refuses ] || { echo 'uci: Invalid argument' >&2; continue; }
            echo "$line" >>$staged
          done
          ;;
        commit)
          touch $staged
          while read -r verb what; do
            key=${what%%=*} value=${what#*=}
            case $verb in
            set) echo "$key=$value" >>$file ;;
            add_list)
              if grep -qF "$key=" $file; then
                awk -v k="$key=" -v v="$value" 'index($0, k) == 1 { $0 = $0 " " v } { print }' $file >$file.new && mv $file.new $file
              else
                echo "$key=$value" >>$file
              fi
              ;;
            del_list) awk -v k="$key=" -v v="$value" 'index($0, k) == 1 && (i = index($0, " " v)) { $0 = substr($0, 1, i - 1) substr($0, i + 1 + length(v)) } { print }' $file >$file.new && mv $file.new $file ;;
            delete) awk -v k="$what" 'index($0, k "=") != 1 && index($0, k ".") != 1' $file >$file.new && mv $file.new $file ;;
            esac
          done <$staged
          rm $staged
          [ ! -e /run/uci.loses ] || : >$file
          ;;
        esac
        exit 0
        """;

    const string Users =
        "dhcp.@dnsmasq[0]=dnsmasq\ndhcp.@dnsmasq[0].server='1.1.1.1'\ndhcp.@dnsmasq[0].rebind_domain='corp'\n";

    [Fact]
    public async Task What_a_start_tells_uci_is_taken_back_by_a_stop()
    {
        await using Lab lab = new();
        (TwoSites two, RouterRoot router) = Lay(lab);

        string said = router.Weft($"start {two.ConfOf(two.A)} 2>&1");

        Assert.DoesNotContain("names are left out", said);
        string told = router.Read("/etc/config/dhcp")!;
        Assert.Contains("dhcp.@dnsmasq[0].server='1.1.1.1' '/a.lan/' '/b.lan/192.168.192.2'", told);
        Assert.Contains("dhcp.weft_wg0_2.ip='192.168.192.2'", told);
        Assert.Contains("told to dnsmasq in /etc/config/dhcp", router.Weft("status wg0"));
        Assert.Equal("", router.Ash("uci changes; ls -A /etc/config | grep -v '^dhcp$' || :"));

        router.Weft("stop wg0");
        Assert.Equal(Users, router.Read("/etc/config/dhcp"));
    }

    [Theory]
    [InlineData("touch /run/uci.loses", "uci did not write all of /etc/config/dhcp, so it is as before")]
    [InlineData(
        "touch /run/uci.refuses",
        "uci does not take the sites' names, so /etc/config/dhcp is as before: uci: Invalid argument"
    )]
    [InlineData(
        "cp /etc/config/dhcp /run/dhcp; mount -t tmpfs -o size=16k tmpfs /etc/config; cp /run/dhcp /etc/config; "
            + "head -c 20000 /dev/zero >/etc/config/full 2>/dev/null || :",
        "there is no room to write it"
    )]
    public async Task What_uci_could_not_write_costs_the_router_none_of_its_own(string spoil, string complaint)
    {
        await using Lab lab = new();
        (TwoSites two, RouterRoot router) = Lay(lab);
        router.Ash(spoil);

        string said = router.Weft($"start {two.ConfOf(two.A)} 2>&1");

        Assert.Contains(complaint, said);
        Assert.Contains("wg0 is up", said);
        Assert.Equal(Users, router.Ash("cat /etc/config/dhcp"));
        Assert.Equal("", router.Ash("uci changes"));
        router.Weft("stop wg0");
    }

    [Fact]
    public async Task A_faulty_file_of_the_router_keeps_nobody_from_stopping_a_site()
    {
        await using Lab lab = new();
        (TwoSites two, RouterRoot router) = Lay(lab);
        two.A.Run("iptables", "-P", "INPUT", "DROP");
        router.Weft($"start {two.ConfOf(two.A)}");
        router.Ash("cp /etc/config/dhcp /run/dhcp; echo broken >>/etc/config/dhcp");

        string status = router.Weft("status wg0 2>&1");
        Assert.Contains("cannot be seen: /etc/config/dhcp cannot be read: uci: Parse error", status);
        Assert.Contains("wg0 up", status);
        CommandResult stopped = router.Try("weft stop wg0");

        Assert.Equal(1, stopped.Status);
        Assert.Contains("/etc/config/dhcp cannot be read: uci: Parse error", stopped.Errors);
        Assert.DoesNotContain("WEFT", two.A.Run("iptables", "-S"));
        router.Ash("cp /run/dhcp /etc/config/dhcp");
        router.Weft("stop wg0");
        Assert.Equal(Users, router.Read("/etc/config/dhcp"));
    }

    static (TwoSites Two, RouterRoot Router) Lay(Lab lab)
    {
        TwoSites two = TwoSites.Lay(lab);
        string mesh = Path.Combine(lab.Folder, "mesh.conf");
        File.WriteAllText(
            mesh,
            File.ReadAllText(mesh)
                .Replace("a.example.org", "a.example.org\nDomain = a.lan", StringComparison.Ordinal)
                .Replace("b.example.org", "b.example.org\nDomain = b.lan", StringComparison.Ordinal)
        );
        two.A.Run(Programs.Weft, "makeconf", "--from", mesh, "--out", $"{lab.Folder}/sites");
        RouterRoot router = new(lab, two.A);
        router.AddProgram("uci", Uci);
        router.AddProgram("weft", $"#!/bin/sh\nexec {Programs.Weft} \"$@\"\n");
        router.Write("/etc/config/dhcp", Users);
        return (two, router);
    }
}
