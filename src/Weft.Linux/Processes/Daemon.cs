using System.Globalization;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>What a process does to live on without the terminal that started it.</summary>
public static class Daemon
{
    /// <summary>
    /// From now on the end of the terminal (SIGHUP) ends neither this process nor the programs that it starts, which
    /// inherit this; a handler they would not.
    /// </summary>
    public static void IgnoreHangup() => _ = Signal.signal(Signal.SIGHUP, Signal.SIG_IGN);

    /// <summary>
    /// From now on no program that this process starts gets what its own starter left open, but for the standard streams. A
    /// daemon that kept a lock of theirs open would hold it for as long as it lives: OpenWrt's scripts of <c>/etc/init.d</c>
    /// and its fw4 call programs with theirs open.
    /// </summary>
    public static void KeepOpenFilesToItself()
    {
        const string open = "/proc/self/fd";
        if (!Directory.Exists(open))
            return;
        foreach (string path in Directory.GetFileSystemEntries(open))
        {
            if (
                !int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out int descriptor)
                || descriptor <= 2
            )
                continue;
            int flags = Fcntl.fcntl(descriptor, Fcntl.F_GETFD, 0);
            // The one that listed the folder is closed by now.
            if (flags >= 0 && (flags & Fcntl.FD_CLOEXEC) == 0)
                _ = Fcntl.fcntl(descriptor, Fcntl.F_SETFD, flags | Fcntl.FD_CLOEXEC);
        }
    }

    /// <summary>Leaves the session, so that the terminal's signals no longer reach this process. Nothing happens when it leads one already.</summary>
    public static void LeaveSession() => _ = Unistd.setsid();

    /// <summary>Points standard input, output and error at /dev/null, which lets go of the starter's pipes.</summary>
    /// <exception cref="KernelRefusedException">/dev/null cannot be opened.</exception>
    public static void DropStandardStreams() => Drop(0, 1, 2);

    /// <summary>
    /// The same for those of the three that lead nowhere any more: a terminal that hung up, a pipe that nobody reads.
    /// A program that is started with them would fail at its first word.
    /// </summary>
    /// <exception cref="KernelRefusedException">/dev/null cannot be opened.</exception>
    public static unsafe void DropLostStreams()
    {
        for (int stream = 0; stream <= 2; stream++)
        {
            pollfd state = new() { fd = stream };
            if (Poll.poll(&state, 1, 0) > 0 && (state.revents & (Poll.POLLHUP | Poll.POLLERR)) != 0)
                Drop(stream);
        }
    }

    static void Drop(params ReadOnlySpan<int> streams)
    {
        const string path = "/dev/null";
        using Descriptor nothing = new(
            SystemCall.Check(Fcntl.open(path, Fcntl.O_RDWR | Fcntl.O_CLOEXEC), "open", path)
        );
        foreach (int stream in streams)
            SystemCall.Check(Unistd.dup2(nothing, stream), "dup2", path);
    }
}
