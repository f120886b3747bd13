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

    /// <summary>The number, for pollfd arrays and while it is held: nothing else keeps it open.</summary>
    internal int Number => (int)handle;

    /// <summary>
    /// Keeps it open until disposed: for calls by <see cref="Number"/>, whose errno has to be asked for before anything else,
    /// the release too.
    /// </summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    internal Lease Hold()
    {
        bool isHeld = false;
        DangerousAddRef(ref isHeld);
        return new Lease(this);
    }

    // EINTR is not retried: Linux has released the descriptor by then, and the number may be another file's already.
    protected override bool ReleaseHandle() => Unistd.close((int)handle) == 0;

    /// <summary>A descriptor that stays open.</summary>
    internal readonly ref struct Lease(Descriptor descriptor)
    {
        public void Dispose() => descriptor.DangerousRelease();
    }
}
