using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>sys/timerfd.h</summary>
static unsafe partial class SysTimerfd
{
    public const int TFD_CLOEXEC = Fcntl.O_CLOEXEC;
    public const int TFD_NONBLOCK = Fcntl.O_NONBLOCK;
    public const int TFD_TIMER_ABSTIME = 1;
    public const int TFD_TIMER_CANCEL_ON_SET = 2;

    /// <exception cref="KernelRefusedException">No descriptor is left.</exception>
    public static Descriptor Create(int clock) =>
        new(SystemCall.Check(timerfd_create(clock, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create", "for waking"));

    [LibraryImport("libc", SetLastError = true)]
    private static partial int timerfd_create(int clock, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_settime(Descriptor descriptor, int flags, itimerspec* value, itimerspec* old);
}

/// <summary>struct itimerspec</summary>
[StructLayout(LayoutKind.Sequential)]
struct itimerspec
{
    public timespec it_interval;
    public timespec it_value;
}
