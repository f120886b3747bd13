namespace Weft.Config;

/// <summary>
/// Reads a client's commands out of a byte stream, whatever its pieces: one per connection, owned by the thread that
/// serves it. A command is checked whole before it is handed out, so a refused one has changed nothing. Memory is
/// bounded: the current line, and the values of the current command. Never throws on any input. Its owner disposes of it.
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
public sealed class UapiCommandReader : IDisposable
{
    /// <summary>Bytes of the longest line that is read.</summary>
    public const int MaxLineLength = 1 << 20;

    /// <summary>Bytes of the longest command that is read: room for 50,000 peers or 300,000 allowed IPs.</summary>
    public const int MaxCommandLength = 16 << 20;

    readonly UapiLineSplitter _lines = new(MaxLineLength);
    State _state;
    long _commandLength;
    UapiSetParser _set = new();

    /// <summary>
    /// Takes bytes from the front of <paramref name="bytes"/> until a command is complete. False when it took them all
    /// and the command goes on. A faulty command comes out once, as <see cref="UapiCommandKind.Refused"/>, as soon as
    /// the fault is seen; the rest of it is skipped up to its blank line.
    /// </summary>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out UapiCommand command)
    {
        while (true)
        {
            int before = bytes.Length;
            UapiLineResult result = _lines.Take(ref bytes, out ReadOnlySpan<byte> line);
            _commandLength += before - bytes.Length;
            if (result != UapiLineResult.Line || line.Length > 0)
            {
                if (_commandLength > MaxCommandLength && _state != State.Skipping)
                {
                    command = Refuse(UapiErrno.Protocol, "the command is too long");
                    return true;
                }
                if (result == UapiLineResult.Unfinished)
                {
                    command = default;
                    return false;
                }
                if (result == UapiLineResult.Overlong && _state != State.Skipping)
                {
                    command = Refuse(UapiErrno.Protocol, "a line is too long");
                    return true;
                }
            }
            if (result == UapiLineResult.Line && ReadLine(line, out command))
                return true;
        }
    }

    /// <summary>The stream has ended: the command that only lacks its blank line, if there is one.</summary>
    public bool TryEnd(out UapiCommand command)
    {
        if (_lines.IsInsideLine && _state != State.Skipping)
        {
            // What the missing rest would have said is unknown: 10.0.0.0/2 may be the start of 10.0.0.0/24.
            _lines.Wipe();
            command = Refuse(UapiErrno.Protocol, "the last line has no end");
            return true;
        }
        return ReadLine(default, out command);
    }

    /// <summary>Wipes what there is of a command that has not come whole: it may hold keys.</summary>
    public void Dispose()
    {
        _lines.Wipe();
        _set.Drop();
    }

    bool ReadLine(ReadOnlySpan<byte> line, out UapiCommand command)
    {
        command = default;
        bool blank = line.IsEmpty;
        switch (_state)
        {
            case State.Idle when blank:
                _commandLength = 0;
                return false;
            case State.Idle:
                if (line.SequenceEqual("get=1"u8))
                    _state = State.Get;
                else if (line.SequenceEqual("set=1"u8))
                    _state = State.Set;
                else
                    return Refused(
                        line.Contains((byte)'=') ? UapiErrno.Invalid : UapiErrno.Protocol,
                        "a command is get=1 or set=1",
                        out command
                    );
                return false;
            case State.Get:
                if (!blank)
                    return Refused(UapiErrno.Invalid, "get=1 takes no more lines", out command);
                Rest();
                command = new UapiCommand(UapiCommandKind.Get);
                return true;
            case State.Set when blank:
                UapiSetParser done = _set;
                Rest();
                command = new UapiCommand(UapiCommandKind.Set, done.Take());
                return true;
            case State.Set:
                int errno = _set.ReadLine(line, out string? reason);
                return errno != 0 && Refused(errno, reason, out command);
            default:
                if (blank)
                    Rest();
                return false;
        }
    }

    bool Refused(int errno, string? reason, out UapiCommand command)
    {
        command = Refuse(errno, reason);
        return true;
    }

    UapiCommand Refuse(int errno, string? reason)
    {
        _set.Drop();
        Rest();
        _state = State.Skipping;
        return new UapiCommand(UapiCommandKind.Refused, null, errno, reason);
    }

    void Rest()
    {
        _state = State.Idle;
        _commandLength = 0;
        _set = new UapiSetParser();
    }

    enum State
    {
        Idle,
        Get,
        Set,

        /// <summary>Passing over a refused command up to its blank line.</summary>
        Skipping,
    }
}
