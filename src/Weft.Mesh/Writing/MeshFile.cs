using System.Text;
using Weft.Config;
using Weft.Control;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary><c>mesh.conf</c> on the disk. It holds no secrets, so it may be a link and anybody may read it.</summary>
public static class MeshFile
{
    /// <summary>A mesh of a thousand sites takes a hundredth of it; what is larger is some other file.</summary>
    const int LargestFile = 16 << 20;

    /// <summary>Reads and parses a file.</summary>
    /// <exception cref="OperationFailedException">It cannot be read.</exception>
    public static ParseResult<MeshConfig> Load(string path) => MeshConfigText.Parse(ReadText(path), path);

    /// <summary>Writes a mesh by rename, so that the file is the old one or the new one and nothing between.</summary>
    /// <returns>False when the file holds this mesh already and was left alone, comments and all.</returns>
    /// <exception cref="OperationFailedException">It cannot be written.</exception>
    public static bool Save(string path, MeshConfig config)
    {
        string text = MeshConfigText.Write(config);
        if (File.Exists(path) && Load(path).Value is MeshConfig old && MeshConfigText.Write(old) == text)
            return false;
        Replace(path, text);
        return true;
    }

    /// <summary>Writes a file's text by rename, into the file that a link leads to.</summary>
    /// <exception cref="OperationFailedException">It cannot be written.</exception>
    internal static void Replace(string path, string text) =>
        FileFault.Named(
            $"{path} cannot be written",
            () =>
            {
                bool isLink = PathStatus.Of(path)?.Kind == PathKind.Link;
                FileSystemInfo? linked = isLink ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null;
                string target = linked?.FullName ?? Path.GetFullPath(path);
                string beside = $"{target}.weft-new";
                File.Delete(beside);
                UnixFileMode mode = PathStatus.Of(target)?.Mode ?? OwnFolder.SecretFileMode | ReadableByAll;
                OwnFolder.WriteNew(beside, Encoding.UTF8.GetBytes(text), mode);
                File.Move(beside, target, overwrite: true);
                return true;
            }
        );

    const UnixFileMode ReadableByAll = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The text of a file, of a size that a mesh file can have.</summary>
    /// <exception cref="OperationFailedException">It cannot be read.</exception>
    internal static string ReadText(string path)
    {
        if (Directory.Exists(path))
            throw new OperationFailedException(
                $"{path} is a folder",
                $"Name the file, such as {Path.Combine(path, "mesh.conf")}."
            );
        if (!File.Exists(path))
            throw new OperationFailedException(
                $"there is no file {path}",
                "weft makeconf asks for the mesh, and writes it to a file."
            );
        return FileFault.Named(
            $"{path} cannot be read",
            () =>
            {
                using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
                // Pipes and devices tell no length, or none.
                long told = stream.CanSeek && stream.Length > 0 ? stream.Length : LargestFile;
                byte[] bytes = new byte[Math.Min(told, LargestFile) + 1];
                int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
                if (length > LargestFile)
                    throw new OperationFailedException(
                        $"{path} is larger than {LargestFile >> 20} MiB",
                        "Name a mesh.conf."
                    );
                return Encoding.UTF8.GetString(bytes, 0, length);
            }
        );
    }
}
