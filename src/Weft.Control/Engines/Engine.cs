namespace Weft.Control;

/// <summary>Whose WireGuard an interface runs on.</summary>
public enum Engine
{
    /// <summary>The kernel's where there is one, else our own.</summary>
    Auto,

    /// <summary>The kernel's module.</summary>
    Kernel,

    /// <summary>The userspace device, a process of its own.</summary>
    Userspace,
}
