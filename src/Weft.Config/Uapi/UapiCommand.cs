namespace Weft.Config;

public enum UapiCommandKind
{
    /// <summary>Answer with <see cref="UapiText.WriteStatus"/>.</summary>
    Get,

    /// <summary>Apply <see cref="UapiCommand.Config"/>, answer with <see cref="UapiText.WriteErrno"/>.</summary>
    Set,

    /// <summary>Answer with <see cref="UapiCommand.Errno"/>.</summary>
    Refused,
}

/// <summary>One command of a client, as <see cref="UapiCommandReader"/> hands it out.</summary>
/// <param name="Config">For <see cref="UapiCommandKind.Set"/>; the receiver owns its keys and disposes of them.</param>
/// <param name="Errno">For <see cref="UapiCommandKind.Refused"/>.</param>
/// <param name="Reason">Why it was refused, for the log; never holds a value that could be a key.</param>
public readonly record struct UapiCommand(
    UapiCommandKind Kind,
    DeviceConfig? Config = null,
    int Errno = 0,
    string? Reason = null
);
