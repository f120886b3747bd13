using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>linux/sched/types.h. libc has no function for sched_setattr(2) before glibc 2.41.</summary>
static unsafe partial class LinuxSched
{
    public const uint SCHED_OTHER = 0;
    public const ulong SCHED_FLAG_RESET_ON_FORK = 1;

    const nint SetOnX64 = 314;
    const nint GetOnX64 = 315;
    const nint SetOnArm64 = 274;
    const nint GetOnArm64 = 275;

    /// <summary>sched_setattr(2). ENOSYS on machines whose number for it we do not know.</summary>
    /// <param name="thread">0 is the caller.</param>
    public static int sched_setattr(int thread, sched_attr* attributes, uint flags) =>
        (int)syscall(Number(SetOnX64, SetOnArm64), thread, attributes, (nint)flags, 0);

    /// <summary>sched_getattr(2). ENOSYS on machines whose number for it we do not know.</summary>
    /// <param name="thread">0 is the caller.</param>
    public static int sched_getattr(int thread, sched_attr* attributes, uint size, uint flags) =>
        (int)syscall(Number(GetOnX64, GetOnArm64), thread, attributes, (nint)size, (nint)flags);

    static nint Number(nint onX64, nint onArm64) =>
        RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => onX64,
            Architecture.Arm64 => onArm64,
            _ => -1,
        };

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint first, void* second, nint third, nint fourth);
}

/// <summary>The first version of struct sched_attr.</summary>
struct sched_attr
{
    public uint size;
    public uint sched_policy;
    public ulong sched_flags;
    public int sched_nice;
    public uint sched_priority;
    public ulong sched_runtime;
    public ulong sched_deadline;
    public ulong sched_period;
}
