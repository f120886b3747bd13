using Spectre.Console;
using Weft.Mesh;

namespace Weft.Cli.Deploy;

/// <summary>
/// How a deployment gets on, on standard error. On a terminal: a line that is drawn anew, with what is at work. Elsewhere:
/// a line for each site that is done. Warnings come at the end. Told from any thread; the owner disposes it before he prints the outcome.
/// </summary>
sealed class DeployProgress : IDisposable
{
    const int MostNamed = 3;

    readonly Lock _lock = new();
    readonly int _total;
    readonly Dictionary<string, string> _stages = [];
    readonly List<string> _warnings = [];
    readonly IAnsiConsole? _terminal;
    readonly ManualResetEventSlim _end = new();
    readonly Thread? _drawing;
    int _done;

    internal DeployProgress(int total)
    {
        _total = total;
        if (Console.IsErrorRedirected)
            return;
        _terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        _drawing = new Thread(Draw) { Name = "progress", IsBackground = true };
        _drawing.Start();
    }

    internal void Tell(DeployNews news)
    {
        lock (_lock)
        {
            if (news.Stage is not null)
                _stages[news.Site] = news.Stage;
            if (news.Warning is not null)
                _warnings.Add($"{news.Site}: warning: {news.Warning}");
            if (news.Result is null)
                return;
            _stages.Remove(news.Site);
            _done++;
            if (_terminal is null)
                Console.Error.WriteLine($"{_done}/{_total} {news.Site}: {DeployText.Word(news.Result.Outcome)}");
        }
    }

    public void Dispose()
    {
        if (_end.IsSet)
            return;
        _end.Set();
        _drawing?.Join();
        lock (_lock)
        {
            foreach (string warning in _warnings)
                Console.Error.WriteLine(warning);
        }
    }

    void Draw()
    {
        _terminal!
            .Status()
            .Spinner(Spinner.Known.Line)
            .Start(
                "",
                status =>
                {
                    do
                    {
                        lock (_lock)
                            status.Status = Markup.Escape(Text());
                    } while (!_end.Wait(TimeSpan.FromMilliseconds(100)));
                }
            );
    }

    string Text()
    {
        string named = string.Join(", ", _stages.Take(MostNamed).Select(s => $"{s.Key} ({s.Value})"));
        string more = _stages.Count > MostNamed ? $" and {_stages.Count - MostNamed} more" : "";
        return $"{_done} of {_total} done{(named.Length > 0 ? $"; {named}{more}" : "")}";
    }
}
