using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Weft.Control;

/// <summary>
/// OpenWrt's <c>/etc/config/dhcp</c>, by <c>uci</c>. Its lists have no place for a mark, so what we add to them is written
/// down beside them, in a section of ours (<c>dhcp.weft_wg0</c>) that dnsmasq's script passes over; names stand in sections
/// of ours. What was there before us is not ours and stays.
/// </summary>
/// <param name="uci">Path of <c>uci</c>.</param>
/// <param name="dnsmasq">The router's; null when it has none.</param>
/// <param name="tools">Run both.</param>
/// <param name="reporting">Told of every change.</param>
sealed class UciDhcp(string uci, Dnsmasq? dnsmasq, Tools tools, Reporting reporting) : IDnsKeeper
{
    internal const string UsualFile = "/etc/config/dhcp";

    /// <summary>The router's main one; others serve what users made them for.</summary>
    const string Main = "dhcp.@dnsmasq[0]";

    /// <summary>Our options, and the lists in which uci has them.</summary>
    static readonly ImmutableArray<(string Option, string List)> s_lists =
    [
        ("interface", "interface"),
        ("server", "server"),
        ("local", "server"),
        ("rebind-domain-ok", "rebind_domain"),
    ];

    public string Place => UsualFile;

    public ImmutableArray<DnsSetting> For(SiteNames names)
    {
        UciSections dhcp = Read();
        ImmutableArray<DnsSetting>.Builder settings = ImmutableArray.CreateBuilder<DnsSetting>();
        ImmutableArray<string> listens = dhcp.ValuesOf(Main, "interface");
        if (listens.Any(i => i != names.Interface))
            settings.Add(new DnsSetting("interface", names.Interface));
        if (names.Own is { } own)
        {
            settings.Add(own.Record());
            settings.Add(new DnsSetting("local", $"/{own.Domain}/"));
            if (dhcp.ValuesOf(Main, "domain").FirstOrDefault() is { } domain && domain != own.Domain)
                reporting.Notice(
                    $"the router calls its hosts by {domain} (option domain in {Place}), and the mesh by {own.Domain}: make them "
                        + "the same if the other sites are to find them"
                );
        }
        settings.AddRange(names.Forwarding().Where(s => s.Option != "alias"));
        // The user's own entry does as well, and is not ours to remove later.
        ImmutableArray<string> ours = dhcp.ValuesOf(SectionOf(names.Interface), "setting");
        return
        [
            .. settings
                .Where(s =>
                    s.Option == "host-record"
                    || ours.Contains(s.ToString())
                    || !dhcp.ValuesOf(Main, ListOf(s)).Contains(ValueOf(s))
                )
                .Distinct(),
        ];
    }

    public ImmutableArray<DnsSetting> Standing(string link)
    {
        UciSections dhcp = Read();
        string section = SectionOf(link);
        // What somebody took out of the lists does not stand, whatever our own section says.
        return
        [
            .. dhcp.ValuesOf(section, "setting")
                .Select(DnsSetting.Read)
                .OfType<DnsSetting>()
                .Where(s => s.Option == "host-record" || dhcp.ValuesOf(Main, ListOf(s)).Contains(ValueOf(s))),
        ];
    }

    public void Set(string link, ImmutableArray<DnsSetting> settings)
    {
        ToolResult pending = tools.Run(uci, ["-q", "changes", "dhcp"]);
        if (pending.Output.Trim().Length > 0)
            throw new OperationFailedException(
                $"{Place} has changes that wait for somebody's 'uci commit dhcp', so dnsmasq is not told the sites' names",
                "Commit them or revert them ('uci revert dhcp'), and start again."
            );
        if (!settings.IsEmpty && dnsmasq?.FaultOf(settings, tools) is { } fault)
            throw new OperationFailedException($"dnsmasq refuses the sites' names, so it is as before: {fault}", null);
        UciSections dhcp = Read();
        string batch = Batch(link, settings, dhcp);
        string before = File.ReadAllText(Place);
        MakeSureOfRoom(before.Length + batch.Length);
        Do(["batch"], batch);
        Do(["commit", "dhcp"]);
        if (!OthersOf(link, dhcp).SequenceEqual(OthersOf(link, Read())))
        {
            TextFile.Replace(Place, before);
            throw new OperationFailedException(
                $"uci did not write all of {Place}, so it is as before",
                "Is the flash full ('df /etc')?"
            );
        }
        dnsmasq?.Restart(tools, reporting);
    }

    /// <summary>On a full flash uci empties the file and says that all went well: the router's own settings would be gone.</summary>
    void MakeSureOfRoom(int bytes)
    {
        string place = $"{Path.GetDirectoryName(Place)}/.weft";
        try
        {
            using FileStream file = new(
                place,
                FileMode.Create,
                FileAccess.Write,
                FileShare.None,
                0,
                FileOptions.DeleteOnClose
            );
            // Not all the same letter, which a flash that compresses would find room for.
            file.Write(RandomNumberGenerator.GetBytes(bytes));
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationFailedException(
                $"{Place} is not changed, since there is no room to write it: {e.Message}",
                "Make room on the flash ('df /etc'), and start again.",
                e
            );
        }
    }

    static IEnumerable<string> OthersOf(string link, UciSections dhcp) =>
        dhcp.Sections.Where(s => !IsOurs(s, SectionOf(link)));

    static bool IsOurs(string name, string section) =>
        name == section || name.StartsWith(section + "_", StringComparison.Ordinal);

    /// <summary>A batch ends well whatever became of its commands, so what uci complains of counts.</summary>
    void Do(ImmutableArray<string> arguments, string input = "")
    {
        ToolResult result = tools.Run(uci, arguments, input);
        if (result.Succeeded && result.Errors.Trim().Length == 0)
            return;
        tools.Run(uci, ["-q", "revert", "dhcp"]);
        throw new OperationFailedException(
            $"uci does not take the sites' names, so {Place} is as before: {result.Complaint}",
            "Is the flash full, or the file faulty ('uci show dhcp' says so)?"
        );
    }

    /// <summary>The commands that leave of ours just these settings; they are committed after it.</summary>
    internal static string Batch(string link, ImmutableArray<DnsSetting> settings, UciSections dhcp)
    {
        string section = SectionOf(link);
        StringBuilder text = new();
        HashSet<(string List, string Value)> removed = [];
        foreach (DnsSetting old in dhcp.ValuesOf(section, "setting").Select(DnsSetting.Read).OfType<DnsSetting>())
        {
            if (IsListed(old) && removed.Add((ListOf(old), ValueOf(old))))
                text.Append($"del_list {Main}.{ListOf(old)}='{ValueOf(old)}'\n");
        }
        foreach (string name in dhcp.Sections.Where(s => IsOurs(s, section)))
            text.Append($"delete {name}\n");
        if (!settings.IsEmpty)
            text.Append($"set {section}=weft\n");
        int number = 0;
        foreach (DnsSetting setting in settings)
        {
            (string list, string value) = (ListOf(setting), ValueOf(setting));
            text.Append($"add_list {section}.setting='{setting}'\n");
            if (setting.Option != "host-record")
            {
                text.Append($"add_list {Main}.{list}='{value}'\n");
                continue;
            }
            string[] parts = setting.Value.Split(',');
            foreach (string address in parts[1..])
            {
                string entry = $"{section}_{++number}";
                text.Append($"set {entry}=domain\nset {entry}.name='{parts[0]}'\nset {entry}.ip='{address}'\n");
            }
        }
        return text.ToString();
    }

    UciSections Read()
    {
        ToolResult result = tools.Run(uci, ["show", "dhcp"]);
        return result.Succeeded
            ? UciSections.Read(result.Output)
            : throw new OperationFailedException(
                $"{Place} cannot be read: {result.Complaint}",
                "Mend it until 'uci show dhcp' shows it."
            );
    }

    /// <summary>Whether we write such an entry into a list of the main dnsmasq's; our section may have been changed by hand.</summary>
    static bool IsListed(DnsSetting setting) =>
        ListOf(setting).Length > 0 && !setting.Value.Contains('\'', StringComparison.Ordinal);

    /// <summary>A section's name has letters, digits and underscores.</summary>
    static string SectionOf(string link) =>
        $"dhcp.weft_{string.Concat(link.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'))}";

    static string ListOf(DnsSetting setting) => s_lists.FirstOrDefault(l => l.Option == setting.Option).List ?? "";

    /// <summary>uci has the domain alone where dnsmasq takes slashes around it.</summary>
    static string ValueOf(DnsSetting setting) =>
        setting.Option == "rebind-domain-ok" ? setting.Value.Trim('/') : setting.Value;
}
