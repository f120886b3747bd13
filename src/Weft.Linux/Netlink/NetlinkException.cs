using System.Runtime.InteropServices;

namespace Weft.Linux.Netlink;

/// <summary>
/// The kernel refused a netlink request. The message names the call, the object and the reason, with the kernel's own
/// words (extended acknowledgement) where it gave some.
/// </summary>
public sealed class NetlinkException : Exception
{
    public NetlinkException(string request, Errno error, string? kernelText)
        : base(Compose(request, error, kernelText))
    {
        Request = request;
        Error = error;
        KernelText = kernelText;
    }

    /// <summary>What was asked, such as <c>RTM_NEWROUTE 10.0.3.0/24 dev 5</c>.</summary>
    public string Request { get; }

    public Errno Error { get; }

    /// <summary>The kernel's explanation; null when it gave none.</summary>
    public string? KernelText { get; }

    /// <summary>Not allowed: no CAP_NET_ADMIN in this network namespace.</summary>
    public bool IsPermission => Error is Errno.EPERM or Errno.EACCES;

    /// <summary>The object to change or remove is not there.</summary>
    public bool IsAbsent => Error is Errno.ENOENT or Errno.ESRCH or Errno.ENODEV or Errno.EADDRNOTAVAIL;

    /// <summary>The object to make is there already.</summary>
    public bool IsPresent => Error == Errno.EEXIST;

    /// <summary>The kernel knows no such thing.</summary>
    public bool IsUnsupported => Error is Errno.EOPNOTSUPP or Errno.EAFNOSUPPORT;

    static string Compose(string request, Errno error, string? kernelText)
    {
        string reason = Marshal.GetPInvokeErrorMessage((int)error);
        return kernelText is null ? $"{request}: {reason}" : $"{request}: {reason} ({kernelText})";
    }
}
