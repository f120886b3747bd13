using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// A program that the kernel runs on each datagram before it enters a socket's buffer, and whose answer says whether it may
/// (bpf(2), SO_ATTACH_BPF of socket(7)). See <see cref="UdpSocket.SetFilter"/>; its maker disposes it.
/// </summary>
public sealed unsafe class SocketFilter : IDisposable
{
    /// <param name="code">What it does; the tables that it uses must still be there.</param>
    /// <exception cref="KernelRefusedException">Not permitted, not built in, or not proved harmless (EACCES, EINVAL).</exception>
    public SocketFilter(BpfCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        ulong[] instructions = code.ToInstructions();
        fixed (ulong* start = instructions)
        fixed (byte* license = "MIT\0"u8)
        {
            Descriptor = BpfCall.Make(
                LinuxBpf.BPF_PROG_LOAD,
                new bpf_attr_prog_load
                {
                    prog_type = LinuxBpf.BPF_PROG_TYPE_SOCKET_FILTER,
                    insn_cnt = (uint)instructions.Length,
                    insns = (ulong)start,
                    license = (ulong)license,
                },
                nameof(LinuxBpf.BPF_PROG_LOAD),
                "socket filter"
            );
        }
    }

    internal Descriptor Descriptor { get; }

    public void Dispose() => Descriptor.Dispose();
}
