using System.Runtime.InteropServices;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// An open file descriptor. Whoever creates one disposes it; while another thread is inside a system call on it, the
/// close waits for that call to return. Any thread.
/// </summary>
public sealed class Descriptor : SafeHandle
{
    internal Descriptor(int fd)
        : base(-1, ownsHandle: true) => SetHandle(fd);

    public override bool IsInvalid => handle < 0;

    /// <summary>The number, for pollfd arrays only: nothing keeps it open.</summary>
    internal int Number => (int)handle;

    // EINTR is not retried: Linux has released the descriptor by then, and the number may be another file's already.
    protected override bool ReleaseHandle() => Unistd.close((int)handle) == 0;
}
