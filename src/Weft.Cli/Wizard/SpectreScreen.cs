using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;
using Weft.Config;
using Weft.Mesh;

namespace Weft.Cli.Wizard;

/// <summary>
/// The wizard's screen: Spectre.Console draws, and answers are lines. Its own prompt is not used: it converts answers by
/// reflection, which does not survive trimming.
/// </summary>
sealed class SpectreScreen : IWizardScreen
{
    readonly IAnsiConsole _console;
    readonly TextReader _answers;
    readonly bool _echo;
    string? _asked;

    /// <param name="console">Where the questions appear.</param>
    /// <param name="answers">Where the answers come from, a line each.</param>
    /// <param name="echo">Show each answer, since no terminal does.</param>
    internal SpectreScreen(IAnsiConsole console, TextReader answers, bool echo)
    {
        _console = console;
        _answers = answers;
        _echo = echo;
    }

    /// <summary>A screen on this process's standard streams: colours on a terminal only, and not where NO_COLOR is set.</summary>
    internal static SpectreScreen OnStandardStreams()
    {
        AnsiConsoleSettings settings = new();
        if (Console.IsOutputRedirected)
        {
            settings.Ansi = AnsiSupport.No;
            settings.ColorSystem = ColorSystemSupport.NoColors;
        }
        // Not Console.In, which takes the editing of lines from the terminal and does it less well.
        FileStream input = new(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        StreamReader answers = new(input, Encoding.UTF8);
        return new SpectreScreen(AnsiConsole.Create(settings), answers, echo: Console.IsInputRedirected);
    }

    /// <summary>The answers ended before the last question.</summary>
    internal bool IsAtEnd { get; private set; }

    internal void Welcome(string? existing)
    {
        _console.MarkupLine("[bold]A mesh of sites joined by WireGuard.[/]");
        _console.MarkupLine(
            "Enter takes the answer in brackets. [blue]back[/] goes one question back; [blue]abort[/] ends, and nothing is written."
        );
        if (existing is not null)
            _console.MarkupLineInterpolated($"The defaults are those of {existing}.");
    }

    public WizardReply Ask(WizardQuestion question)
    {
        // A question that comes again after a refusal stands under its heading already.
        if (question.Heading is string heading && question.Text != _asked)
        {
            _console.WriteLine();
            _console.MarkupLineInterpolated($"[bold]{heading}[/]");
        }
        _asked = question.Text;
        if (question.Default.Length > 0)
            _console.MarkupInterpolated($"  {question.Text} [green]({question.Default})[/]: ");
        else
            _console.MarkupInterpolated($"  {question.Text}: ");
        string? typed = _answers.ReadLine();
        if (_echo || typed is null)
            _console.WriteLine(typed ?? "");
        if (typed is not null)
            return WizardReply.Of(typed, question);
        IsAtEnd = true;
        return WizardReply.Abort;
    }

    public void Refuse(string fault, string? remedy)
    {
        _console.MarkupLineInterpolated($"  [red]{Sentence(fault)}[/]");
        if (remedy is not null)
            _console.MarkupLineInterpolated($"  [red]{Sentence(remedy)}[/]");
    }

    public void Note(string text) => _console.MarkupLineInterpolated($"  [yellow]{text}[/]");

    public void Show(MeshConfig mesh, MeshOverview overview, ImmutableArray<Finding> warnings)
    {
        _console.WriteLine();
        _console.MarkupLine("[bold]Summary[/]");
        _console.MarkupLineInterpolated(
            $"  Tunnel network {string.Join(", ", mesh.Networks)}; links are checked every {mesh.Check.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s."
        );
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("Site", "Tunnel address", "LAN", "Dialled at");
        foreach (MeshOverviewSite site in overview.Sites)
            table.AddRow(
                Cell(site.Site.Name),
                Cell(string.Join("\n", site.Addresses.Select(a => a.Address))),
                Cell(string.Join("\n", site.Site.MappedLans)),
                site.Endpoint is null ? new Markup("[yellow]behind NAT: it dials out[/]") : Cell($"{site.Endpoint}")
            );
        _console.Write(table);
        foreach ((string relay, int pairs) in overview.Relays)
            _console.MarkupLineInterpolated(
                $"  {relay} carries the traffic between sites behind NAT ({pairs} {(pairs == 1 ? "pair" : "pairs")})."
            );
        foreach (Finding warning in warnings)
            Note($"{Sentence(warning.Diagnostic.Message)} {Sentence(warning.Diagnostic.Remedy ?? "")}");
        _console.WriteLine();
    }

    static string Sentence(string text) => text.Length == 0 ? "" : $"{char.ToUpperInvariant(text[0])}{text[1..]}.";

    static Spectre.Console.Text Cell(string text) => new(text);
}
