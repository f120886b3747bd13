using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>
/// All that one dnsmasq is told, by its arguments and by the files that those name, ours left out. Read as far as Weft has to
/// know it; dnsmasq itself judges whether it is right.
/// </summary>
/// <param name="Settings">In no special order.</param>
/// <param name="Folders">Those whose files it reads (<c>conf-dir</c>).</param>
sealed record DnsmasqConf(ImmutableArray<DnsSetting> Settings, ImmutableArray<string> Folders)
{
    const string UsualFile = "/etc/dnsmasq.conf";

    /// <summary>Files may name files.</summary>
    const int Deepest = 8;

    /// <summary>Options by one letter that matter here; a letter that is no key has none.</summary>
    static readonly ImmutableDictionary<char, string> s_letters = new Dictionary<char, string>
    {
        ['C'] = "conf-file",
        ['7'] = "conf-dir",
        ['i'] = "interface",
        ['a'] = "listen-address",
        ['p'] = "port",
        ['s'] = "domain",
        ['S'] = "server",
    }.ToImmutableDictionary();

    /// <summary>It listens on named interfaces or addresses only.</summary>
    internal bool IsLimited => Settings.Any(s => s.Option is "interface" or "listen-address");

    /// <summary>It binds what is there when it starts, and does not start when a named interface is missing.</summary>
    internal bool BindsOnce => Settings.Any(s => s.Option == "bind-interfaces");

    /// <summary>It answers no questions, and does only DHCP.</summary>
    internal bool HasNoDns => Settings.Any(s => s is { Option: "port", Value: "0" });

    /// <summary>The domain that it gives the hosts of all networks; null for none.</summary>
    internal string? Domain =>
        Settings
            .Where(s => s.Option == "domain" && s.Value.Length > 0)
            .Select(s => s.Value.Split(',')[0])
            .FirstOrDefault();

    /// <summary>Reads what a dnsmasq with these arguments would read.</summary>
    /// <param name="arguments">Without the program itself.</param>
    /// <param name="isOurs">Tells the files that are to be left out.</param>
    internal static DnsmasqConf Read(ImmutableArray<string> arguments, Func<string, bool> isOurs)
    {
        ImmutableArray<DnsSetting>.Builder settings = ImmutableArray.CreateBuilder<DnsSetting>();
        ImmutableArray<string>.Builder folders = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<DnsSetting> given = OfArguments(arguments);
        if (!given.Any(s => s.Option == "conf-file"))
            ReadFile(UsualFile, 0);
        foreach (DnsSetting setting in given)
            Take(setting, 0);
        return new DnsmasqConf(settings.ToImmutable(), [.. folders.Distinct()]);

        void Take(DnsSetting setting, int depth)
        {
            settings.Add(setting);
            if (setting.Option == "conf-file")
                ReadFile(setting.Value, depth + 1);
            else if (setting.Option == "conf-dir")
                ReadFolder(setting.Value.Split(','), depth + 1);
        }

        void ReadFile(string path, int depth)
        {
            if (depth > Deepest || isOurs(path) || !File.Exists(path))
                return;
            foreach (DnsSetting setting in File.ReadLines(path).Select(DnsSetting.Read).OfType<DnsSetting>())
                Take(setting, depth);
        }

        void ReadFolder(string[] words, int depth)
        {
            string folder = words[0].TrimEnd('/');
            if (!Directory.Exists(folder))
                return;
            folders.Add(folder);
            foreach (string path in Directory.EnumerateFiles(folder).Where(path => IsRead(path, words[1..])))
                ReadFile(path, depth);
        }
    }

    /// <summary>Endings with a star are the only ones that are read, those without are the ones that are not.</summary>
    static bool IsRead(string path, string[] endings)
    {
        string name = Path.GetFileName(path);
        string[] only = [.. endings.Where(e => e.StartsWith('*')).Select(e => e[1..])];
        return !name.StartsWith('.')
            && !name.EndsWith('~')
            && !(name.StartsWith('#') && name.EndsWith('#'))
            && (only.Length == 0 || only.Any(e => name.EndsWith(e, StringComparison.Ordinal)))
            && !endings.Any(e => e.Length > 0 && e[0] != '*' && name.EndsWith(e, StringComparison.Ordinal));
    }

    static ImmutableArray<DnsSetting> OfArguments(ImmutableArray<string> arguments)
    {
        ImmutableArray<DnsSetting>.Builder settings = ImmutableArray.CreateBuilder<DnsSetting>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string word = arguments[i];
            string next = i + 1 < arguments.Length && !arguments[i + 1].StartsWith('-') ? arguments[i + 1] : "";
            if (word.StartsWith("--", StringComparison.Ordinal))
            {
                string[] parts = word[2..].Split('=', 2);
                settings.Add(new DnsSetting(parts[0], parts.Length > 1 ? parts[1] : next));
            }
            else if (word.Length > 1 && word[0] == '-' && s_letters.TryGetValue(word[1], out string? option))
            {
                settings.Add(new DnsSetting(option, word.Length > 2 ? word[2..] : next));
            }
            else if (word == "-z")
            {
                settings.Add(new DnsSetting("bind-interfaces", ""));
            }
        }
        return settings.DrainToImmutable();
    }
}
