using Weft.Control;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// The rules for folders and files that hold secrets: ours, not a link, closed to everybody else. In a folder that is
/// so, nobody else can put anything, so what is in it needs no second look on the way to it.
/// </summary>
static class OwnFolder
{
    internal const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    internal const UnixFileMode SecretFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>Null when nothing stands there.</summary>
    /// <exception cref="OperationFailedException">It is no folder, a link, somebody else's, or open to others.</exception>
    internal static PathStatus? Check(string path, string what)
    {
        PathStatus? status = CheckOwner(path, what);
        if (status is PathStatus found && IsOpenToOthers(found))
            throw new OperationFailedException($"{what} {path} is open to other users", $"Run: chmod 700 {path}");
        return status;
    }

    /// <summary>As <see cref="Check"/>, whatever its permission bits.</summary>
    internal static PathStatus? CheckOwner(string path, string what)
    {
        PathStatus? status = PathStatus.Of(path);
        if (status is not PathStatus found)
            return null;
        if (found.Kind == PathKind.Link)
            throw new OperationFailedException(
                $"{what} {path} is a link",
                "Remove the link, or name the folder itself."
            );
        if (found.Kind != PathKind.Folder)
            throw new OperationFailedException($"{what} {path} is not a folder", "Move it away, or name another.");
        RefuseOthers(found, path, what);
        return status;
    }

    /// <summary>A file with a secret in it; null when nothing stands there.</summary>
    /// <exception cref="OperationFailedException">It is no file, a link, somebody else's, or open to others.</exception>
    internal static PathStatus? CheckFile(string path, string what)
    {
        PathStatus? status = PathStatus.Of(path);
        if (status is not PathStatus found)
            return null;
        if (found.Kind != PathKind.File)
            throw new OperationFailedException(
                found.Kind == PathKind.Link ? $"{path} is a link" : $"{path} is not a file",
                $"Put {what} there as a file."
            );
        RefuseOthers(found, path, what);
        if (IsOpenToOthers(found))
            throw new OperationFailedException($"{path} ({what}) is open to other users", $"Run: chmod 600 {path}");
        return status;
    }

    internal static bool IsOpenToOthers(PathStatus status) => (status.Mode & Others) != 0;

    /// <summary>Makes a file that must not be there yet, with these permission bits from its first moment.</summary>
    internal static void WriteNew(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        using FileStream stream = new(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = mode,
                BufferSize = 0,
            }
        );
        stream.Write(content);
    }

    static void RefuseOthers(PathStatus found, string path, string what)
    {
        if (found.Owner != PathStatus.Self)
            throw new OperationFailedException(
                $"{what} {path} belongs to user {found.Owner}, and this is user {PathStatus.Self}",
                "Run it as that user, or choose another folder."
            );
    }
}
