namespace Weft.Control;

/// <summary>Files that are their owner's alone (0600), written whole or not at all: beside their place, then by rename.</summary>
public static class PrivateFile
{
    /// <summary>Writes it, unless it holds just that already.</summary>
    /// <param name="path">Its folder is there.</param>
    /// <param name="content">All of it.</param>
    /// <param name="isDurable">It is on the disk when this returns, and survives a loss of power.</param>
    /// <returns>False when there was nothing to write.</returns>
    /// <exception cref="IOException">It cannot be written; what was there stands.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static bool Write(string path, ReadOnlySpan<byte> content, bool isDurable = false) =>
        Write(path, content, isDurable, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>The same for a file that others may read.</summary>
    internal static bool Write(string path, ReadOnlySpan<byte> content, bool isDurable, UnixFileMode mode)
    {
        if (File.Exists(path) && File.GetUnixFileMode(path) == mode && content.SequenceEqual(File.ReadAllBytes(path)))
            return false;
        string temporary = TemporaryOf(path);
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        // One that was left there may be anybody's to read.
        File.Delete(temporary);
        bool done = false;
        try
        {
            using (FileStream stream = new(temporary, options))
            {
                stream.Write(content);
                stream.Flush(isDurable);
            }
            if (mode != options.UnixCreateMode)
                File.SetUnixFileMode(temporary, mode);
            File.Move(temporary, path, overwrite: true);
            done = true;
            return true;
        }
        finally
        {
            if (!done)
                File.Delete(temporary);
        }
    }

    /// <summary>A hidden neighbour, which nobody takes for a file of its own.</summary>
    static string TemporaryOf(string path) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", $".{Path.GetFileName(path)}.tmp");
}
