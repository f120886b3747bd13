namespace Weft.Config;

/// <summary>When a link counts as down and when as up again. The same keys in <c>mesh.conf</c> and, after <c># Weft.</c>, in a site's file.</summary>
public sealed record LinkRules
{
    public static LinkRules Default { get; } = new();

    /// <summary><c>Failures</c>: checks in a row without an answer until a link is down.</summary>
    public int Failures { get; init; } = 3;

    /// <summary><c>Successes</c>: checks in a row with an answer until it is up again.</summary>
    public int Successes { get; init; } = 2;

    /// <summary><c>HoldDown</c>: how long a link that went down a second time stays so at least; each further time doubles it.</summary>
    public TimeSpan HoldDown { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>HoldDownMax</c>: the most that doubling leads to. A link that was up for as long is forgiven one time.</summary>
    public TimeSpan HoldDownMax { get; init; } = TimeSpan.FromSeconds(600);
}
