using System.Collections.Immutable;

namespace Weft.Mesh;

/// <summary>What is asked of a deployment.</summary>
public sealed record DeployOptions
{
    /// <summary>How long a site holds its new state unconfirmed.</summary>
    public TimeSpan Trial { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bring this program too, where there is none or another version.</summary>
    public string? Program { get; init; }

    /// <summary>Only say what would change.</summary>
    public bool CheckOnly { get; init; }

    /// <summary>This program's version, as it prints it.</summary>
    public required string Version { get; init; }

    /// <summary>Connections that are being made at the same time.</summary>
    public int AtOnce { get; init; } = 16;

    /// <summary>The most that making one may take, in seconds.</summary>
    public int ConnectSeconds { get; init; } = 10;
}

/// <summary>How a site's part of a deployment ended.</summary>
public enum DeployOutcome
{
    /// <summary>What the file says is there and runs; nothing was touched.</summary>
    Unchanged,

    /// <summary>It has the file, runs it, and answered over a new connection since.</summary>
    Deployed,

    /// <summary>Its file would change; nothing was touched, as that was the wish.</summary>
    Differs,

    /// <summary>The new state was not confirmed, and the old one is back.</summary>
    RolledBack,

    /// <summary>Nobody can log in there.</summary>
    Unreachable,

    /// <summary>It said no, or lacks something; the old state stands.</summary>
    Refused,

    /// <summary>Its file must not go out before another site has its own.</summary>
    HeldBack,
}

/// <summary>What became of a site. Nothing of it is secret.</summary>
/// <param name="Took">From the first connection on.</param>
/// <param name="Text">Why; empty when there is nothing to say.</param>
/// <param name="Remedy">What to do about it; null when nothing.</param>
public sealed record DeployResult(string Site, DeployOutcome Outcome, TimeSpan Took, string Text, string? Remedy = null)
{
    /// <summary>Of the program there; empty when it did not tell.</summary>
    public string Version { get; init; } = "";

    /// <summary>What differs between what runs there and the new file, where that was the question.</summary>
    public ImmutableArray<string> Difference { get; init; } = [];

    public bool IsGood => Outcome is DeployOutcome.Unchanged or DeployOutcome.Deployed or DeployOutcome.Differs;
}

/// <summary>Something happened on the way.</summary>
/// <param name="Stage">What the site is at now, in a word or two; null when that has not changed.</param>
/// <param name="Warning">Something that did not stop it; null for none.</param>
/// <param name="Result">Set when the site is done.</param>
public sealed record DeployNews(string Site, string? Stage, string? Warning, DeployResult? Result);
