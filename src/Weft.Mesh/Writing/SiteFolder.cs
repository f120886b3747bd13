using System.Buffers;
using System.Collections.Immutable;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>What the output folder holds of us: a folder per site with these files and nothing else.</summary>
static class SiteFolder
{
    const int PieceLength = 1 << 16;

    /// <summary>The first is the one that every site has; the last is what <c>wg.sh</c> keeps where it runs.</summary>
    internal static readonly ImmutableArray<string> Files = [MeshMaker.SiteFile, SiteScript.FileName, "wg0.endpoints"];

    /// <summary>Whether something in the output folder is of our making.</summary>
    internal static bool IsOurs(string entry)
    {
        string name = Path.GetFileName(entry);
        if (PiecewiseCommit.IsItsFolder(name))
            return true;
        return SiteName.FaultOf(name) is null
            && PathStatus.Of(entry)?.Kind == PathKind.Folder
            && Directory
                .EnumerateFileSystemEntries(entry)
                .All(file => Files.Contains(Path.GetFileName(file)) && PathStatus.Of(file)?.Kind == PathKind.File);
    }

    /// <summary>Whether a file has this content, to the byte.</summary>
    internal static bool Holds(string file, ReadOnlySpan<byte> content)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        if (stream.Length != content.Length)
            return false;
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            int length;
            while ((length = stream.Read(piece)) > 0)
            {
                if (length > content.Length || !piece.AsSpan(0, length).SequenceEqual(content[..length]))
                    return false;
                content = content[length..];
            }
            return content.IsEmpty;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece, clearArray: true);
        }
    }

    /// <summary>
    /// Gives a staged mesh every file of the old one that it lacks, under the same names: what did not change is not
    /// written again. False where the file system cannot; some may be there then.
    /// </summary>
    internal static bool LinkMissing(string from, string stage)
    {
        foreach (string folder in Directory.EnumerateDirectories(from))
        {
            string staged = Path.Combine(stage, Path.GetFileName(folder));
            foreach (string file in Directory.EnumerateFiles(folder))
            {
                string name = Path.Combine(staged, Path.GetFileName(file));
                if (File.Exists(name))
                    continue;
                Directory.CreateDirectory(staged, OwnFolder.Mode);
                if (!PathNames.TryLink(file, name))
                    return false;
            }
        }
        return true;
    }

    /// <summary>Removes a file or a folder with all that is in it, links themselves rather than what they lead to.</summary>
    internal static void Clear(string path)
    {
        switch (PathStatus.Of(path)?.Kind)
        {
            case null:
                break;
            case PathKind.Folder:
                Directory.Delete(path, recursive: true);
                break;
            default:
                File.Delete(path);
                break;
        }
    }
}
