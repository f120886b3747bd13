using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>time.h. A struct timespec of two machine words: 32-bit targets read it through the C library's old entry.</summary>
static unsafe partial class Time
{
    public const int CLOCK_REALTIME = 0;
    public const int CLOCK_MONOTONIC = 1;
    public const int CLOCK_BOOTTIME = 7;

    // Answered by the vDSO in nanoseconds and never blocks, so the runtime need not be told that we leave it.
    [LibraryImport("libc")]
    [SuppressGCTransition]
    public static partial int clock_gettime(int clock, timespec* time);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int clock_settime(int clock, timespec* time);
}

/// <summary>struct timespec</summary>
[StructLayout(LayoutKind.Sequential)]
struct timespec
{
    public nint tv_sec;
    public nint tv_nsec;
}
