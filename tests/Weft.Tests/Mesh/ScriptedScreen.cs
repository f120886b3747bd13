using System.Collections.Immutable;
using Weft.Config;
using Weft.Mesh;

namespace Weft.Tests.Mesh;

/// <summary>Answers the wizard from a list, and keeps what it said. Running out of answers ends the conversation.</summary>
sealed class ScriptedScreen(params string[] answers) : IWizardScreen
{
    readonly Queue<string> _answers = new(answers);

    internal List<WizardQuestion> Questions { get; } = [];

    internal List<string> Refusals { get; } = [];

    internal List<string?> Remedies { get; } = [];

    internal List<string> Notes { get; } = [];

    internal List<MeshConfig> Summaries { get; } = [];

    internal int Unused => _answers.Count;

    public WizardReply Ask(WizardQuestion question)
    {
        Questions.Add(question);
        return _answers.TryDequeue(out string? typed) ? WizardReply.Of(typed, question) : WizardReply.Abort;
    }

    public void Refuse(string fault, string? remedy)
    {
        Refusals.Add(fault);
        Remedies.Add(remedy);
    }

    public void Note(string text) => Notes.Add(text);

    public void Show(MeshConfig mesh, MeshOverview overview, ImmutableArray<Finding> warnings) => Summaries.Add(mesh);
}
