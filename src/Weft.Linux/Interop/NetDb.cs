using System.Runtime.InteropServices;

namespace Weft.Linux.Interop;

/// <summary>netdb.h, with the layout and values of glibc and musl.</summary>
static unsafe partial class NetDb
{
    public const int EAI_NONAME = -2;
    public const int EAI_AGAIN = -3;
    public const int EAI_FAIL = -4;
    public const int EAI_NODATA = -5;
    public const int EAI_FAMILY = -6;
    public const int EAI_SOCKTYPE = -7;
    public const int EAI_SERVICE = -8;
    public const int EAI_MEMORY = -10;
    public const int EAI_SYSTEM = -11;
    public const int AI_PASSIVE = 1;
    public const int SOCK_DGRAM = 2;
    public const int IPPROTO_UDP = 17;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int getaddrinfo(string? node, string? service, addrinfo* hints, addrinfo** result);

    [LibraryImport("libc")]
    public static partial void freeaddrinfo(addrinfo* result);

    [LibraryImport("libc")]
    public static partial byte* gai_strerror(int error);
}

/// <summary>struct addrinfo.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct addrinfo
{
    public int ai_flags;
    public int ai_family;
    public int ai_socktype;
    public int ai_protocol;
    public uint ai_addrlen;
    public byte* ai_addr;
    public byte* ai_canonname;
    public addrinfo* ai_next;
}
