using System.Buffers.Text;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// How many threads of the machine want a processor, and how the kernel shares them out (sched(7), proc_loadavg(5)). The
/// policy is the calling thread's; its maker disposes it.
/// </summary>
public sealed unsafe class Processors : IDisposable
{
    const string Path = "/proc/loadavg";

    readonly Descriptor _loadAverage = new(Fcntl.open(Path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC));

    /// <summary>Threads that run or wait for a processor at this moment, this one included; null when the kernel does not tell.</summary>
    public int? Wanting
    {
        get
        {
            if (_loadAverage.IsInvalid)
                return null;
            Span<byte> text = stackalloc byte[64];
            fixed (byte* start = text)
            {
                nint count = Unistd.pread(_loadAverage, start, (nuint)text.Length, 0);
                return count > 0 ? WantingOf(text[..(int)count]) : null;
            }
        }
    }

    /// <summary>
    /// Whether the calling thread, when it wakes, leaves the one that runs its turn (SCHED_BATCH). False when the kernel refuses.
    /// </summary>
    public static bool TryLeaveTurns(bool leaves) => TrySetPolicy(leaves ? Sched.SCHED_BATCH : Sched.SCHED_OTHER);

    /// <summary>
    /// How much the calling thread leaves to others where there are not enough processors: from -20, next to nothing, to 19.
    /// Threads that it starts are no less nice than others. It runs at once when woken, until <see cref="TryLeaveTurns"/>.
    /// False when the kernel refuses.
    /// </summary>
    public static bool TrySetNice(int nice) =>
        TrySetPolicy(Sched.SCHED_OTHER) && Sched.setpriority(Sched.PRIO_PROCESS, 0, nice) == 0;

    static bool TrySetPolicy(int policy)
    {
        sched_param none = default;
        return Sched.sched_setscheduler(0, policy | Sched.SCHED_RESET_ON_FORK, &none) == 0;
    }

    /// <param name="text">Three averages, then how many threads are runnable and how many there are: <c>0.20 0.18 0.12 1/80 11206</c>.</param>
    internal static int? WantingOf(ReadOnlySpan<byte> text)
    {
        int slash = text.IndexOf((byte)'/');
        if (slash < 0)
            return null;
        ReadOnlySpan<byte> before = text[..slash];
        return Utf8Parser.TryParse(before[(before.LastIndexOf((byte)' ') + 1)..], out int count, out _) ? count : null;
    }

    public void Dispose() => _loadAverage.Dispose();
}
