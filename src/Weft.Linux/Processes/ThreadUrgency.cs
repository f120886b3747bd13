using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>How soon the scheduler lets a thread run that has something to do (sched(7), sched_setattr(2)).</summary>
public static unsafe class ThreadUrgency
{
    const int LeastNice = -20;

    /// <summary>
    /// Makes the calling thread less nice, and asks for short slices: woken, it then takes the processor from whoever has it,
    /// instead of waiting for the next tick. What the kernel does not know (slices, before Linux 6.12) or does not permit
    /// stays as it was. Threads that this one starts are as others are.
    /// </summary>
    /// <param name="lessNice">By how many steps; needs CAP_SYS_NICE.</param>
    /// <param name="slice">The kernel keeps it between 0.1 and 100 ms.</param>
    public static void Raise(int lessNice, TimeSpan slice)
    {
        sched_attr attributes;
        bool isPlain =
            LinuxSched.sched_getattr(0, &attributes, (uint)sizeof(sched_attr), 0) == 0
            && attributes.sched_policy == LinuxSched.SCHED_OTHER;
        // Somebody gave it another policy, and knows why.
        if (!isPlain)
            return;
        int nice = attributes.sched_nice;
        attributes.sched_flags |= LinuxSched.SCHED_FLAG_RESET_ON_FORK;
        attributes.sched_runtime = (ulong)(slice.Ticks * TimeSpan.NanosecondsPerTick);
        attributes.sched_nice = Math.Max(nice - lessNice, LeastNice);
        if (LinuxSched.sched_setattr(0, &attributes, 0) == 0)
            return;
        attributes.sched_nice = nice;
        _ = LinuxSched.sched_setattr(0, &attributes, 0);
    }
}
