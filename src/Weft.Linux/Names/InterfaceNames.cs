using System.Text;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>Names of network interfaces by their index. Any thread.</summary>
public static unsafe class InterfaceNames
{
    /// <summary>Null when there is no such interface in this network namespace.</summary>
    public static string? Find(uint index)
    {
        byte* name = stackalloc byte[NetIf.IFNAMSIZ];
        if (NetIf.if_indextoname(index, name) == null)
            return null;
        ReadOnlySpan<byte> bytes = new(name, NetIf.IFNAMSIZ);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
