using System.Collections.Immutable;

namespace Weft.Control;

/// <summary>
/// A block in Tomato's <c>/etc/dnsmasq.custom</c>, which its firmware takes into the configuration that it writes for
/// dnsmasq. The file lives in memory, so nothing is written to flash and nothing outlives a reboot.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="dnsmasq">The router's; null when it has none.</param>
/// <param name="tools">Run it.</param>
/// <param name="reporting">Told of the restart.</param>
sealed class TomatoFile(string path, Dnsmasq? dnsmasq, Tools tools, Reporting reporting) : IDnsKeeper
{
    internal const string UsualPath = "/etc/dnsmasq.custom";

    public string Place => path;

    public ImmutableArray<DnsSetting> For(SiteNames names)
    {
        // The router's own configuration has our block in it by now, with the very lines that are to be worked out.
        DnsmasqConf read = DnsmasqConf.Read(dnsmasq?.Arguments ?? [], _ => false);
        ImmutableArray<DnsSetting> ours = Standing(names.Interface);
        DnsmasqConf conf = read with { Settings = read.Settings.RemoveAll(ours.Contains) };
        return DnsmasqLines.Of(names, conf, reporting.Notice);
    }

    public ImmutableArray<DnsSetting> Standing(string link) =>
        MarkedBlock.OfNames(link).Read(TextFile.TryRead(path) ?? "") is { } block
            ? [.. block.Split('\n').Select(DnsSetting.Read).OfType<DnsSetting>()]
            : [];

    public void Set(string link, ImmutableArray<DnsSetting> settings)
    {
        // The firmware makes dnsmasq's file only when it starts it, so the lines are judged by themselves.
        if (!settings.IsEmpty && dnsmasq?.FaultOf(settings, tools) is { } fault)
            throw new OperationFailedException($"dnsmasq refuses the sites' names, so it is as before: {fault}", null);
        string? before = TextFile.TryRead(path);
        MarkedBlock block = MarkedBlock.OfNames(link);
        string text = settings.IsEmpty ? block.Remove(before ?? "") : block.Put(before ?? "", Dnsmasq.Text(settings));
        new DnsmasqChange(dnsmasq, tools, reporting).Make(path, before, text.Length == 0 ? null : text);
    }
}
