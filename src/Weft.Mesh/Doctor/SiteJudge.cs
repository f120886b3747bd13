using System.Collections.Immutable;
using System.Globalization;
using Weft.Config;
using Weft.Control;

namespace Weft.Mesh;

/// <summary>What is wrong with a site itself, whoever its peers are: all of it, in the order of the layers. Pure.</summary>
sealed class SiteJudge
{
    static readonly TimeSpan s_clockSlack = TimeSpan.FromMinutes(5);

    readonly SiteExamination _site;
    readonly List<Diagnosis> _found = [];

    SiteJudge(SiteExamination site) => _site = site;

    string Name => _site.Interface;

    internal static ImmutableArray<Diagnosis> Judge(SiteExamination site)
    {
        SiteJudge judge = new(site);
        judge.File();
        judge.Clock();
        judge.Interface();
        if (site.IsStarted)
        {
            judge.Drifts();
            judge.Firewall();
            judge.Watch();
        }
        return [.. judge._found.OrderBy(f => f.Layer)];
    }

    void File()
    {
        const UnixFileMode others =
            UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite | UnixFileMode.GroupRead;
        if (!_site.FileFaults.IsEmpty)
        {
            Found(
                Layer.File,
                _site.IsStarted ? "the site's file could not be started again" : "the site's file cannot be used",
                [.. _site.FileFaults.Take(5)],
                _site.IsStarted
                    ? $"What runs goes on; mend the file before the next start: weft start {_site.Path}."
                    : "Mend it: weft start names every fault."
            );
        }
        if (_site.FileMode is { } mode && (mode & others) != 0)
        {
            Found(
                Layer.File,
                "others can read or change the site's file, which holds its keys",
                [$"{_site.Path} has mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}"],
                $"chmod 600 {_site.Path}; who could read it may have the keys: weft site rekey makes new ones."
            );
        }
        if (_site.IsEdited)
        {
            Found(
                Layer.File,
                "the file was edited since it was started, and the change does not run",
                [$"{_site.Path} says something else than what its last start made real"],
                $"weft start {_site.Path} makes it real, and with --confirm 60 takes it back if that cuts you off."
            );
        }
    }

    void Clock()
    {
        if (_site.Youngest is var (file, written) && written - _site.Now > s_clockSlack)
        {
            Found(
                Layer.Clock,
                "the clock is behind",
                [$"it says {Time(_site.Now)}, and {file} was written at {Time(written)}"],
                "Set it (ntpd, chronyd, date): peers drop initiations that are older than those they have had."
            );
            return;
        }
        foreach (PeerStatus peer in _site.Device?.Peers ?? [])
        {
            DateTimeOffset shaken = DateTimeOffset.FromUnixTimeSeconds(peer.LastHandshake.Seconds);
            if (peer.LastHandshake.IsNever || shaken - _site.Now < s_clockSlack)
                continue;
            Found(
                Layer.Clock,
                "the clock has gone back",
                [$"it says {Time(_site.Now)}, and the last handshake with {peer.PublicKey} was at {Time(shaken)}"],
                "Set it (ntpd, chronyd, date): until it has passed that time, peers drop our initiations."
            );
            return;
        }
    }

    void Interface()
    {
        if (_site.PortHolder is { } holder)
        {
            ushort port = _site.Config?.Interface.ListenPort ?? 0;
            Found(
                Layer.Interface,
                $"another program has the site's UDP port {port}",
                [$"UDP port {port} is held by {holder}"],
                "End that program, or give the site another port in mesh.conf."
            );
        }
        if (!_site.IsStarted)
        {
            if (!_site.HasTun && !_site.HasKernelWireGuard)
            {
                Found(
                    Layer.Interface,
                    "this host cannot make a tunnel interface",
                    ["/dev/net/tun is not there, and the kernel has no WireGuard"],
                    "Load the driver (modprobe tun); in a container, pass the device in (--device /dev/net/tun)."
                );
            }
            Found(
                Layer.Interface,
                $"{Name} is not running",
                [
                    _site.Link is null ? $"there is no interface {Name}, and no start of it is known"
                    : _site.Device is null
                        ? $"there is an interface {Name}, but no WireGuard answers for it, and no start of it is known"
                    : $"there is a WireGuard interface {Name}, but weft did not start it",
                ],
                _site.Path is { } path
                    ? $"weft start {path}"
                    : "Name its file: weft start /path/to/wg0.conf; weft doctor --site /path/to/wg0.conf looks at that file."
            );
            return;
        }
        if (_site.Link is null || _site.Device is null)
        {
            Found(
                Layer.Interface,
                $"{Name} was started, and is gone",
                [
                    _site.Link is null ? $"there is no interface {Name} any more" : $"no device answers for {Name}",
                    _site.IsWatched ? "its watcher is about to make it again" : "nobody watches it",
                ],
                $"weft start {Name} brings it back. Did the device's process end? The system's log may say why."
            );
            return;
        }
        if (_site.Obstacle is { } obstacle)
            Found(
                Layer.Route,
                "the site could not be started again as it is",
                [obstacle.Message],
                obstacle.Remedy ?? ""
            );
    }

    void Drifts()
    {
        Drift(DriftKind.Interface, Layer.Interface, "the interface is not as the start left it");
        Drift(DriftKind.NameServers, Layer.Name, "the name servers are not as the start left them");
        Drift(DriftKind.Keys, Layer.Keys, "the keys are not those of the file", d => d.Peer is null);
        Drift(DriftKind.Peers, Layer.Keys, "the device's peers are not those of the file", d => d.Peer is null);
        Drift(DriftKind.Forwarding, Layer.Forwarding, "this host does not forward as the site needs it");
        Drift(DriftKind.Firewall, Layer.Firewall, "the firewall has lost the site's rules");
        Drift(DriftKind.Mtu, Layer.Mtu, "the interface's MTU is not as the start left it");
    }

    void Drift(DriftKind kind, Layer layer, string text, Func<SiteDrift, bool>? which = null)
    {
        ImmutableArray<string> evidence =
        [
            .. _site.Drift.Where(d => d.Kind == kind && (which is null || which(d))).Select(d => d.Text),
        ];
        if (evidence.IsEmpty)
            return;
        string watched = _site.IsWatched ? "The watcher puts it right at its next look" : "Nobody watches, so it stays";
        Found(layer, text, evidence, $"{watched}; weft start {Name} does it at once.");
    }

    void Firewall()
    {
        ushort port = _site.Device?.ListenPort ?? 0;
        if (_site.DialIn is { Drops: true, Rule: { } closed })
        {
            Found(
                Layer.UdpIn,
                $"this host's firewall keeps out those who dial in to port {port}",
                [closed],
                $"Let UDP to port {port} in; weft start {Name} puts its own rules first."
            );
        }
        if (_site.Forward is { Drops: true, Rule: { } held })
        {
            Found(
                Layer.Firewall,
                "this host's firewall does not pass on what goes between its networks and the tunnel",
                [held],
                $"Let it be forwarded from and to {Name}; weft start {Name} puts its own rules first."
            );
        }
    }

    void Watch()
    {
        if (_site.Config?.Interface.Check is null)
            return;
        if (!_site.IsWatched)
        {
            Found(
                Layer.Watch,
                "nobody watches the links",
                [$"the file has '# Weft.Check', and no process holds /run/weft/watch/{Name}"],
                $"weft start {Name} starts the watcher. Until then dead links keep their routes, and moved names are not looked up."
            );
        }
        if (_site.IsRevived == false)
        {
            Found(
                Layer.Watch,
                "nobody would revive the watcher if it died",
                [$"root's crontab has no line that ends in #weft-{Name}#"],
                $"weft start {Name} writes it again."
            );
        }
    }

    static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    void Found(Layer layer, string text, ImmutableArray<string> evidence, string remedy) =>
        _found.Add(new Diagnosis(layer, null, text, evidence, remedy));
}
