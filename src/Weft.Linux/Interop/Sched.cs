using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sched.h</summary>
static partial class Sched
{
    public const int CLONE_NEWNET = 0x40000000;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setns(Descriptor fd, int type);
}
