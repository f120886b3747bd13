namespace Weft.Control;

/// <summary>Where a run says what it does. Called on the run's own thread, one line each, never with a secret.</summary>
public sealed record Reporting
{
    public static Reporting Silent { get; } = new();

    /// <summary>A change to the host, in the words of the command that would make it.</summary>
    public Action<string> Step { get; init; } = _ => { };

    /// <summary>Every command that is run, file that is written and netlink message that is sent.</summary>
    public Action<string> Trace { get; init; } = _ => { };

    /// <summary>What was decided on the way and a user may want to know; nothing is wrong.</summary>
    public Action<string> Notice { get; init; } = _ => { };

    /// <summary>What did not stop the run but should be known.</summary>
    public Action<string> Warning { get; init; } = _ => { };
}
