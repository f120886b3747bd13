namespace Weft.Control;

/// <summary>
/// An operation that a person asked for could not be done. <see cref="Exception.Message"/> says what failed and where, in
/// one line without a secret; <see cref="Remedy"/> says what to do. The program prints both and exits with 1.
/// </summary>
public sealed class OperationFailedException : Exception
{
    public OperationFailedException(string message, string? remedy)
        : base(message) => Remedy = remedy;

    public OperationFailedException(string message, string? remedy, Exception cause)
        : base(message, cause) => Remedy = remedy;

    /// <summary>What to do about it; null when the message says all there is.</summary>
    public string? Remedy { get; }

    /// <summary>The exit status for a tool that hands on that of a user's hook.</summary>
    public int Status { get; init; } = 1;
}
