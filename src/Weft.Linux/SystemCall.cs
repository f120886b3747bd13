using System.Runtime.InteropServices;

namespace Weft.Linux;

/// <summary>The one place that looks at errno. Any thread.</summary>
static class SystemCall
{
    /// <summary>True when the call was interrupted by a signal and is to be made again; else tells how it ended.</summary>
    public static bool Interrupted(nint result, out Errno error)
    {
        error = result < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
        return error == Errno.EINTR;
    }

    /// <summary>
    /// As <see cref="Interrupted"/>, for imports without <c>SetLastError</c>, which are those that run per packet: it has to be
    /// asked before anything else is called, as the marshaller itself would. The marshaller clears errno before each call
    /// and keeps it after; after a pause of some milliseconds that is a fifteenth of our side of a packet.
    /// </summary>
    public static bool JustInterrupted(nint result, out Errno error)
    {
        error = result < 0 ? (Errno)Marshal.GetLastSystemError() : Errno.None;
        return error == Errno.EINTR;
    }

    /// <summary>For calls that cannot be interrupted: the result, or the refusal as an exception.</summary>
    /// <exception cref="KernelRefusedException">The result is negative.</exception>
    public static int Check(int result, string call, string target)
    {
        if (result < 0)
            throw new KernelRefusedException(call, target, (Errno)Marshal.GetLastPInvokeError());
        return result;
    }

    /// <summary>True when the call went well, else its errno.</summary>
    public static bool Succeeded(int result, out Errno error)
    {
        error = result < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
        return error == Errno.None;
    }
}
