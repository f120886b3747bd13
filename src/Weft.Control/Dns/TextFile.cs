namespace Weft.Control;

/// <summary>Files that everybody may read and other programs do, written whole or not at all.</summary>
static class TextFile
{
    const UnixFileMode EverybodyReads =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Null when there is no such file.</summary>
    internal static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes it beside its place and by rename; null removes it. A file that is there keeps its mode.</summary>
    /// <exception cref="IOException">It cannot be written; what was there stands.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    internal static void Replace(string path, string? text)
    {
        if (text is null)
        {
            File.Delete(path);
            return;
        }
        // Hidden, so that a program which reads the whole folder passes it over.
        string temporary = Path.Combine(Path.GetDirectoryName(path) ?? "", $".{Path.GetFileName(path)}.weft");
        File.WriteAllText(temporary, text);
        File.SetUnixFileMode(temporary, File.Exists(path) ? File.GetUnixFileMode(path) : EverybodyReads);
        File.Move(temporary, path, overwrite: true);
    }
}
