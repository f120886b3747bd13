using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>The calls of bpf(2) that make something, which its descriptor keeps alive.</summary>
static unsafe class BpfCall
{
    /// <param name="command">What to make.</param>
    /// <param name="attributes">The part of union bpf_attr that the command reads.</param>
    /// <param name="call">The command's name, for the refusal.</param>
    /// <param name="target">What it would have made, likewise.</param>
    /// <exception cref="KernelRefusedException">It cannot be had.</exception>
    internal static Descriptor Make<T>(int command, T attributes, string call, string target)
        where T : unmanaged =>
        new(SystemCall.Check(LinuxBpf.bpf(command, &attributes, (uint)sizeof(T)), $"bpf({call})", target));
}
