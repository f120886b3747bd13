using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>signal.h</summary>
static partial class Signal
{
    public const int SIGHUP = 1;
    public const nint SIG_IGN = 1;

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint signal(int number, nint handler);
}
