using System.Text.RegularExpressions;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Sites;

/// <summary>What runs a site: the program, or the script for routers on which it does not run. Both follow one specification.</summary>
public enum RunBy
{
    Weft,
    Script,
}

/// <summary>
/// The two ways to run a site, for tests that hold for both. The script runs where a router's programs are and no others
/// (<c>scripts/host/router.sh</c>), with the iptables of old, and with our device in the place of the kernel's WireGuard.
/// </summary>
sealed class SiteProgram(Lab lab, RunBy by)
{
    /// <summary>Unpacked once for all tests.</summary>
    static readonly Lazy<string> s_script = new(MakeScript);

    internal bool IsScript => by == RunBy.Script;

    /// <summary>For <c>pgrep -f</c>: the process that watches the links, and those that it has started.</summary>
    internal string Watcher => IsScript ? "[w]g.sh loop" : "[w]eft watch";

    /// <summary>The processes that watch. What one of them splits off bears its name for a moment, or for long if it is a shell.</summary>
    internal string[] Watchers(Host host)
    {
        string[][] named =
        [
            .. host.Run("ps", "-eo", "pid=,ppid=,args=")
                .Split('\n')
                .Where(line => Regex.IsMatch(line, Watcher))
                .Select(line => line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries)),
        ];
        string[] pids = [.. named.Select(process => process[0])];
        return [.. named.Where(process => !pids.Contains(process[1])).Select(process => process[0])];
    }

    /// <summary>Where it keeps what peers answered at last.</summary>
    internal string EndpointsOf(string conf) =>
        IsScript ? Path.ChangeExtension(conf, ".endpoints") : "/var/lib/weft/wg0.endpoints";

    /// <summary>A host on which the site may run. Tools of the host see the rules of the script's iptables too.</summary>
    internal Host Prepared(Host host)
    {
        if (IsScript)
        {
            host.Sh(OldIptables);
        }

        return host;
    }

    /// <summary>
    /// The iptables that keeps its tables where nft does not see them, in the place of the other. Asked once, it has them.
    /// </summary>
    internal const string OldIptables = """
        for family in iptables ip6tables; do
          for suffix in '' -restore -save; do
            mount --bind /usr/sbin/xtables-legacy-multi "$(readlink -f /usr/sbin/$family$suffix)" 2>/dev/null || :
          done
        done
        iptables -S >/dev/null; ip6tables -S >/dev/null
        """;

    internal string Start(Host host, string conf) => Run(host, "start", conf);

    internal string Stop(Host host, string conf) => Run(host, "stop", conf);

    internal string Run(Host host, string verb, string conf)
    {
        Command command = CommandOf(verb, conf);
        CommandResult result = host.Try(command);
        return result.Succeeded ? result.Output : throw new CommandFailedException(host.Name, command.Line, result);
    }

    internal CommandResult Try(Host host, string verb, string conf) => host.Try(CommandOf(verb, conf));

    /// <summary>One check from cron.</summary>
    internal string Check(Host host, string conf) =>
        IsScript ? Run(host, "check", conf) : Run(host, "watch --once", conf);

    /// <summary>Has the site watched again, as cron does.</summary>
    internal void Revive(Host host, string conf) => Run(host, IsScript ? "watch" : "watch --background", conf);

    /// <summary>The line for a shell on the host.</summary>
    internal string Line(string verb, string conf) =>
        string.Join(' ', CommandOf(verb, conf).Line.Select(w => $"'{w}'"));

    /// <param name="verb">With its options.</param>
    /// <param name="conf">The site's file.</param>
    internal Command CommandOf(string verb, string conf)
    {
        string[] words = verb.Split(' ');
        if (IsScript)
        {
            return new Command([.. OnRouter(lab), ScriptBeside(conf), .. words, conf]);
        }

        bool userspace = words[0] is "start" or "restart" && !words.Contains("--engine");
        bool byName = words[0] is "watch" or "status";
        return new Command([
            Programs.Weft,
            .. words,
            .. userspace ? (string[])["--engine", "userspace"] : [],
            byName ? Path.GetFileNameWithoutExtension(conf) : conf,
        ]);
    }

    /// <summary>The same accident to either's files.</summary>
    internal string Damage(string toWeft) =>
        IsScript
            ? toWeft
                .Replace("/run/weft/watch/wg0/notes", "/run/weft/sh/wg0/notes", StringComparison.Ordinal)
                .Replace("/run/weft/wg0", "/run/weft/sh/wg0/applied", StringComparison.Ordinal)
            : toWeft;

    /// <summary>Runs what follows as a router would.</summary>
    internal static string[] OnRouter(Lab lab) =>
        [
            "env",
            $"WG_QUICK_USERSPACE_IMPLEMENTATION={Programs.Weft} device",
            Programs.Script("host/router.sh"),
            Path.Combine(lab.Folder, "router"),
            "sh",
        ];

    /// <summary>The script lies beside each site's file; beside a test's own file it is put there. <c>WEFT_SCRIPT</c> names another.</summary>
    internal static string ScriptBeside(string conf)
    {
        if (Environment.GetEnvironmentVariable("WEFT_SCRIPT") is { } other)
        {
            return other;
        }

        string script = Path.Combine(Path.GetDirectoryName(conf)!, "wg.sh");
        if (!File.Exists(script))
        {
            File.WriteAllText(script, s_script.Value);
        }

        return script;
    }

    static string MakeScript()
    {
        string folder = Directory.CreateTempSubdirectory("weft-script-").FullName;
        try
        {
            File.WriteAllText(
                Path.Combine(folder, "mesh.conf"),
                "[Mesh]\nNetwork = 192.168.192.0/24\n[Site]\nName = a.example.org\n"
            );
            Programs.RunHere(Programs.Weft, "makeconf", "--from", $"{folder}/mesh.conf", "--out", $"{folder}/out");
            return File.ReadAllText($"{folder}/out/a.example.org/wg.sh");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
