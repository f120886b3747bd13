using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>A file of ours in a folder that dnsmasq reads (<c>conf-dir</c>), as on Debian: one for each interface.</summary>
/// <param name="folder">The folder.</param>
/// <param name="dnsmasq">Which reads it; null when the host has none any more.</param>
/// <param name="tools">Run dnsmasq and whoever starts it.</param>
/// <param name="reporting">Told of the restart.</param>
sealed class DnsmasqFolder(string folder, Dnsmasq? dnsmasq, Tools tools, Reporting reporting) : IDnsKeeper
{
    const string Prefix = "weft-";
    const string Suffix = ".conf";

    public string Place => folder;

    internal static bool IsOurs(string path) =>
        Path.GetFileName(path) is { } name
        && name.StartsWith(Prefix, StringComparison.Ordinal)
        && name.EndsWith(Suffix, StringComparison.Ordinal);

    public ImmutableArray<DnsSetting> For(SiteNames names)
    {
        DnsmasqConf conf = DnsmasqConf.Read(dnsmasq?.Arguments ?? [], IsOurs);
        return DnsmasqLines.Of(names, conf, reporting.Notice);
    }

    public ImmutableArray<DnsSetting> Standing(string link) =>
        TextFile.TryRead(PathOf(link)) is { } text
            ? [.. text.Split('\n').Select(DnsSetting.Read).OfType<DnsSetting>()]
            : [];

    public void Set(string link, ImmutableArray<DnsSetting> settings)
    {
        string path = PathOf(link);
        string? before = TextFile.TryRead(path);
        string? wanted = settings.IsEmpty
            ? null
            : $"# The names of the sites that {link} leads to. 'weft start' writes this, 'weft stop' removes it.\n"
                + Dnsmasq.Text(settings);
        new DnsmasqChange(dnsmasq, tools, reporting).Make(path, before, wanted);
    }

    string PathOf(string link) => Path.Combine(folder, $"{Prefix}{link}{Suffix}");
}
