using System.Collections.Immutable;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>Where the wizard's questions appear and its answers come from: a terminal, or a test's script.</summary>
public interface IWizardScreen
{
    /// <summary>Puts a question and waits for the reply.</summary>
    WizardReply Ask(WizardQuestion question);

    /// <summary>Why the answer just given won't do; the question comes again.</summary>
    void Refuse(string fault, string? remedy);

    /// <summary>Something to know that needs no answer.</summary>
    void Note(string text);

    /// <summary>The mesh as answered, before the last question.</summary>
    void Show(MeshConfig mesh, MeshOverview overview, ImmutableArray<Finding> warnings);
}

/// <summary>One question.</summary>
/// <param name="Heading">Opens a group of questions, such as those of a site; null within one.</param>
/// <param name="Text">The question.</param>
/// <param name="Default">What an empty answer stands for; empty when an answer is needed.</param>
public sealed record WizardQuestion(string? Heading, string Text, string Default);

/// <summary>What came back: an answer, or the wish to leave the question.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Text">The answer, trimmed; the default when nothing was typed.</param>
public readonly record struct WizardReply(WizardReplyKind Kind, string Text)
{
    public static WizardReply Back => new(WizardReplyKind.Back, "");

    public static WizardReply Abort => new(WizardReplyKind.Abort, "");

    /// <summary>Reads what was typed: <c>back</c> and <c>abort</c> can be said at every question.</summary>
    public static WizardReply Of(string typed, WizardQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        string text = typed.Trim();
        return text.ToLowerInvariant() switch
        {
            "back" or "<" => Back,
            "abort" or "quit" => Abort,
            "" => new WizardReply(WizardReplyKind.Answer, question.Default),
            _ => new WizardReply(WizardReplyKind.Answer, text),
        };
    }
}

public enum WizardReplyKind
{
    Answer,

    /// <summary>To the question before.</summary>
    Back,

    /// <summary>End, and write nothing.</summary>
    Abort,
}
