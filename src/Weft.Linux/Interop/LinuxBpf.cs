using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>linux/bpf.h, for a little-endian machine. libc has no function for bpf(2).</summary>
static unsafe partial class LinuxBpf
{
    public const int BPF_MAP_CREATE = 0;
    public const int BPF_PROG_LOAD = 5;

    public const uint BPF_MAP_TYPE_ARRAY = 2;
    public const uint BPF_PROG_TYPE_SOCKET_FILTER = 1;

    /// <summary>In the source field of a load of 64 bits: the number is a map's descriptor.</summary>
    public const byte BPF_PSEUDO_MAP_FD = 1;

    /// <summary>What an offset is counted from: the IP header.</summary>
    public const int BPF_HDR_START_NET = 1;

    public const int BPF_FUNC_map_lookup_elem = 1;
    public const int BPF_FUNC_ktime_get_ns = 5;
    public const int BPF_FUNC_skb_load_bytes = 26;
    public const int BPF_FUNC_skb_load_bytes_relative = 68;

    const nint NumberOnX64 = 321;
    const nint NumberOnArm64 = 280;

    /// <summary>bpf(2). ENOSYS on machines whose number for it we do not know.</summary>
    public static int bpf(int command, void* attributes, uint size) =>
        (int)syscall(
            RuntimeInformation.ProcessArchitecture switch
            {
                Architecture.X64 => NumberOnX64,
                Architecture.Arm64 => NumberOnArm64,
                _ => -1,
            },
            command,
            attributes,
            size
        );

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint first, void* second, nuint third);
}

/// <summary>The part of union bpf_attr that BPF_MAP_CREATE reads.</summary>
struct bpf_attr_map_create
{
    public uint map_type;
    public uint key_size;
    public uint value_size;
    public uint max_entries;
    public uint map_flags;
}

/// <summary>The part of union bpf_attr that BPF_PROG_LOAD reads.</summary>
struct bpf_attr_prog_load
{
    public uint prog_type;
    public uint insn_cnt;
    public ulong insns;
    public ulong license;
    public uint log_level;
    public uint log_size;
    public ulong log_buf;
    public uint kern_version;
    public uint prog_flags;
}
