using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sched.h</summary>
static partial class Sched
{
    public const int CLONE_NEWNET = 0x40000000;
    public const int SCHED_OTHER = 0;
    public const int SCHED_BATCH = 3;
    public const int SCHED_RESET_ON_FORK = 0x40000000;

    /// <summary>sys/resource.h</summary>
    public const int PRIO_PROCESS = 0;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setns(Descriptor fd, int type);

    /// <param name="pid">0: the calling thread, and no other of its process.</param>
    [LibraryImport("libc", SetLastError = true)]
    public static unsafe partial int sched_setscheduler(int pid, int policy, sched_param* param);

    /// <param name="which"><see cref="PRIO_PROCESS"/></param>
    /// <param name="who">0: the calling thread, and no other of its process.</param>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int setpriority(int which, uint who, int value);
}

/// <summary>struct sched_param; musl's is longer, which the kernel does not read.</summary>
[StructLayout(LayoutKind.Sequential)]
struct sched_param
{
    public int sched_priority;
}
