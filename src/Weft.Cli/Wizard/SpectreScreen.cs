using System.Collections.Immutable;
using System.Globalization;
using Spectre.Console;
using Weft.Config;
using Weft.Mesh;

namespace Weft.Cli.Wizard;

/// <summary>The wizard's screen on a terminal.</summary>
sealed class SpectreScreen : IWizardScreen
{
    readonly IAnsiConsole _console;

    internal SpectreScreen(IAnsiConsole console) => _console = console;

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
        if (question.Heading is string heading)
        {
            _console.WriteLine();
            _console.MarkupLineInterpolated($"[bold]{heading}[/]");
        }
        // Spectre's own validation would repeat the prompt by itself; the wizard decides what comes next.
        TextPrompt<string> prompt = new TextPrompt<string>($"  {Markup.Escape(question.Text)}:").AllowEmpty();
        if (question.Default.Length > 0)
            prompt.DefaultValue(question.Default);
        return WizardReply.Of(_console.Prompt(prompt), question);
    }

    public void Refuse(string fault, string? remedy)
    {
        _console.MarkupLineInterpolated($"  [red]{fault}[/]");
        if (remedy is not null)
            _console.MarkupLineInterpolated($"  [red]→ {remedy}[/]");
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
                Cell(string.Join("\n", site.Site.Lans)),
                site.Endpoint is null ? new Markup("[yellow]behind NAT: it dials out[/]") : Cell($"{site.Endpoint}")
            );
        _console.Write(table);
        foreach ((string relay, int pairs) in overview.Relays)
            _console.MarkupLineInterpolated(
                $"  {relay} carries the traffic between sites behind NAT ({pairs} {(pairs == 1 ? "pair" : "pairs")})."
            );
        foreach (Finding warning in warnings)
            Note($"{warning.Diagnostic.Message} ({warning.Diagnostic.Remedy})");
        _console.WriteLine();
    }

    static Text Cell(string text) => new(text);
}
