namespace Weft.Config;

/// <summary><c>mesh.conf</c>, both ways.</summary>
public static class MeshConfigText
{
    /// <summary>Reads a file's text. <paramref name="file"/> is its name in the faults.</summary>
    public static ParseResult<MeshConfig> Parse(string text, string file) => new MeshConfigParser(text, file).Parse();

    /// <summary>Writes a file's text; what is at its default is left out.</summary>
    public static string Write(MeshConfig config) => MeshConfigWriter.Write(config);
}
