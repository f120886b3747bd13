using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>What a process does to live on without the terminal that started it. Called once, at start, by the program.</summary>
public static class Daemon
{
    /// <summary>Leaves the session, so that the terminal's signals no longer reach this process. Nothing happens when it leads one already.</summary>
    public static void LeaveSession() => _ = Unistd.setsid();

    /// <summary>Points standard input, output and error at /dev/null, which lets go of the starter's pipes.</summary>
    /// <exception cref="KernelRefusedException">/dev/null cannot be opened.</exception>
    public static void DropStandardStreams()
    {
        const string path = "/dev/null";
        using Descriptor nothing = new(
            SystemCall.Check(Fcntl.open(path, Fcntl.O_RDWR | Fcntl.O_CLOEXEC), "open", path)
        );
        for (int stream = 0; stream <= 2; stream++)
            SystemCall.Check(Unistd.dup2(nothing, stream), "dup2", path);
    }
}
