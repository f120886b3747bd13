using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/timex.h</summary>
static unsafe partial class SysTimex
{
    /// <summary>What adjtimex answers while nobody keeps the clock right.</summary>
    public const int TIME_ERROR = 5;

    /// <summary>More than any target's struct timex (208 bytes where words have 64 bits).</summary>
    public const int Length = 256;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int adjtimex(byte* timex);
}
