using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/un.h: struct sockaddr_un</summary>
[StructLayout(LayoutKind.Sequential)]
struct sockaddr_un
{
    /// <summary>Size of a path with its terminating zero.</summary>
    public const int PathSize = 108;

    public ushort sun_family;
    public PathBytes sun_path;

    [InlineArray(PathSize)]
    public struct PathBytes
    {
        byte _first;
    }
}
