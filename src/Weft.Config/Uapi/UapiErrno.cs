namespace Weft.Config;

/// <summary>Linux errno values that a device answers with.</summary>
public static class UapiErrno
{
    public const int None = 0;

    /// <summary>EIO: the system failed.</summary>
    public const int InputOutput = 5;

    /// <summary>EINVAL: a key that does not exist, or a value that it cannot have.</summary>
    public const int Invalid = 22;

    /// <summary>EPROTO: a line that is not <c>key=value</c>, or is longer than allowed.</summary>
    public const int Protocol = 71;

    /// <summary>EADDRINUSE: the listen port is taken.</summary>
    public const int AddressInUse = 98;
}
