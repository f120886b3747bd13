namespace Weft.Config;

/// <summary>Wg-quick files with Weft's comments, both ways.</summary>
public static class SiteConfigText
{
    /// <summary>Reads a file's text. <paramref name="file"/> is its name in the faults.</summary>
    public static ParseResult<SiteConfig> Parse(string text, string file) => new SiteConfigParser(text, file).Parse();

    /// <summary>Writes a file's text, keys included.</summary>
    public static string Write(SiteConfig config) => SiteConfigWriter.Write(config);

    /// <summary>Writes the first section of a file; the peers follow.</summary>
    public static string Write(InterfaceSection section) => SiteConfigWriter.Write(section);

    /// <summary>Writes one of the sections that follow.</summary>
    public static string Write(PeerSection section) => SiteConfigWriter.Write(section);
}
