using System.Runtime.InteropServices;

namespace Weft.Linux;

/// <summary>The kernel refused a system call. The message names the call, the object and the reason.</summary>
public sealed class KernelRefusedException : IOException
{
    public KernelRefusedException(string call, string target, Errno error)
        : base($"{call} {target}: {Marshal.GetPInvokeErrorMessage((int)error)} ({Name(error)})")
    {
        Call = call;
        Target = target;
        Error = error;
    }

    /// <summary>The system call or request, by its C name.</summary>
    public string Call { get; }

    /// <summary>What it was asked of: a path, an interface, an address.</summary>
    public string Target { get; }

    public Errno Error { get; }

    static string Name(Errno error) => Enum.IsDefined(error) ? error.ToString() : $"errno {(int)error}";
}
