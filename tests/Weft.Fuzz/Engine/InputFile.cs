using System.Text;

namespace Weft.Fuzz;

/// <summary>
/// Inputs on the disk. Plain text stays as it is (<c>.txt</c>); all else is lines of hexadecimal (<c>.hex</c>), in which
/// spaces count for nothing and a <c>#</c> starts a remark. So all of them can be read, compared and merged.
/// </summary>
static class InputFile
{
    const int BytesPerLine = 32;

    /// <summary>The inputs of a folder with their file names, in the order of these; none when there is no folder.</summary>
    public static IEnumerable<(string Name, byte[] Input)> ReadAll(string folder)
    {
        if (!Directory.Exists(folder))
            return [];
        return Directory
            .EnumerateFiles(folder)
            .Where(IsInput)
            .Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileName(path), Read(path)));
    }

    public static byte[] Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (!path.EndsWith(".hex", StringComparison.Ordinal))
            return bytes;
        StringBuilder digits = new();
        foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n'))
            digits.Append(line.Split('#')[0].Replace(" ", "", StringComparison.Ordinal).Trim());
        try
        {
            return Convert.FromHexString(digits.ToString());
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{path}: not hexadecimal", e);
        }
    }

    /// <summary>Writes an input under a name to which the suffix is added; returns the path.</summary>
    public static string Write(string folder, string name, byte[] input, bool isText)
    {
        Directory.CreateDirectory(folder);
        bool plain = isText && IsPlain(input);
        string path = Path.Combine(folder, name + (plain ? ".txt" : ".hex"));
        File.WriteAllBytes(path, plain ? input : Encoding.ASCII.GetBytes(ToHex(input)));
        return path;
    }

    static bool IsInput(string path) =>
        path.EndsWith(".txt", StringComparison.Ordinal) || path.EndsWith(".hex", StringComparison.Ordinal);

    /// <summary>What version control passes on unchanged, whatever it thinks of line ends.</summary>
    static bool IsPlain(byte[] input) => !input.Any(b => b is not ((>= 0x20 and < 0x7F) or (byte)'\n' or (byte)'\t'));

    static string ToHex(byte[] input)
    {
        StringBuilder text = new();
        foreach (byte[] line in input.Chunk(BytesPerLine))
            text.Append(Convert.ToHexStringLower(line)).Append('\n');
        return text.ToString();
    }
}
