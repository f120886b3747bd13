using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// 64-bit numbers that a <see cref="SocketFilter"/> keeps from one datagram to the next, by their number, all 0 at first
/// (bpf(2), an array map). Its maker disposes it; a filter that uses it keeps it alive.
/// </summary>
public sealed class BpfTable : IDisposable
{
    /// <exception cref="KernelRefusedException">Not permitted, not built in, or no memory.</exception>
    public BpfTable(int entries) =>
        Descriptor = BpfCall.Make(
            LinuxBpf.BPF_MAP_CREATE,
            new bpf_attr_map_create
            {
                map_type = LinuxBpf.BPF_MAP_TYPE_ARRAY,
                key_size = sizeof(uint),
                value_size = sizeof(ulong),
                max_entries = (uint)entries,
            },
            nameof(LinuxBpf.BPF_MAP_CREATE),
            "table of a socket filter"
        );

    internal Descriptor Descriptor { get; }

    public void Dispose() => Descriptor.Dispose();
}
