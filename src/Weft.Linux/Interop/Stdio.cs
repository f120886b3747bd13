using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>stdio.h, of which Linux has renameat2.</summary>
static partial class Stdio
{
    public const uint RENAME_EXCHANGE = 2;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int renameat2(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);
}
