namespace Weft.Config;

/// <summary>
/// Reads a client's commands out of a byte stream, whatever its pieces: one per connection, owned by the thread that
/// serves it. A command is checked whole before it is handed out, so a refused one has changed nothing. Memory is
/// bounded: the current line, and the values of the current command. Never throws on any input.
/// </summary>
/// <example>
/// <code>
/// while ((n = socket.Receive(buffer)) > 0)
///     for (ReadOnlySpan&lt;byte&gt; rest = buffer.AsSpan(0, n); reader.TryRead(ref rest, out UapiCommand command); )
///         Answer(command);
/// if (reader.TryEnd(out UapiCommand last))
///     Answer(last);
/// </code>
/// </example>
public sealed class UapiCommandReader
{
    /// <summary>Bytes of the longest line that is read.</summary>
    public const int MaxLineLength = 1 << 20;

    /// <summary>Bytes of the longest command that is read: far beyond 130,560 allowed IPs or 100,000 peers.</summary>
    public const int MaxCommandLength = 32 << 20;

    /// <summary>
    /// Takes bytes from the front of <paramref name="bytes"/> until a command is complete. False when it took them all
    /// and the command goes on. A faulty command comes out once, as <see cref="UapiCommandKind.Refused"/>, as soon as
    /// the fault is seen; the rest of it is skipped up to its blank line.
    /// </summary>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out UapiCommand command) => throw new NotImplementedException();

    /// <summary>The stream has ended: the command that only lacks its blank line, if there is one.</summary>
    public bool TryEnd(out UapiCommand command) => throw new NotImplementedException();
}

public enum UapiCommandKind
{
    /// <summary>Answer with <see cref="UapiText.WriteStatus"/>.</summary>
    Get,

    /// <summary>Apply <see cref="UapiCommand.Config"/>, answer with <see cref="UapiText.WriteErrno"/>.</summary>
    Set,

    /// <summary>Answer with <see cref="UapiCommand.Errno"/>.</summary>
    Refused,
}

/// <param name="Config">For <see cref="UapiCommandKind.Set"/>; the receiver owns its keys and disposes of them.</param>
/// <param name="Errno">For <see cref="UapiCommandKind.Refused"/>.</param>
/// <param name="Reason">Why it was refused, for the log; never holds a value that could be a key.</param>
public readonly record struct UapiCommand(
    UapiCommandKind Kind,
    DeviceConfig? Config = null,
    int Errno = 0,
    string? Reason = null
);
