using Weft.Mesh;

namespace Weft.Cli.Deploy;

/// <summary>
/// How a deployment gets on, on standard error. On a terminal: a line that is drawn anew, with what is at work. Elsewhere:
/// a line for each site that is done. Warnings come at the end. Told from any thread; the owner disposes it before he prints the outcome.
/// </summary>
sealed class DeployProgress : IDisposable
{
    const int MostNamed = 3;
    const int LeastWidth = 40;
    static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(200);

    readonly Lock _lock = new();
    readonly int _total;
    readonly Dictionary<string, string> _stages = [];
    readonly List<string> _warnings = [];
    readonly ManualResetEventSlim _end = new();
    readonly Thread? _drawing;
    int _done;

    internal DeployProgress(int total)
    {
        _total = total;
        // A terminal that is dumb cannot clear a line.
        if (Console.IsErrorRedirected || Environment.GetEnvironmentVariable("TERM") is null or "dumb")
            return;
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
            if (_drawing is null)
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

    /// <summary>The line is drawn over itself; what a terminal's width cannot hold is left out.</summary>
    void Draw()
    {
        const string clear = "\r\e[K";
        do
        {
            string text;
            lock (_lock)
                text = Text();
            int width = Math.Max(Console.WindowWidth - 1, LeastWidth);
            Console.Error.Write(clear + text[..Math.Min(text.Length, width)]);
        } while (!_end.Wait(s_often));
        Console.Error.Write(clear);
    }

    string Text()
    {
        string named = string.Join(", ", _stages.Take(MostNamed).Select(s => $"{s.Key} ({s.Value})"));
        string more = _stages.Count > MostNamed ? $" and {_stages.Count - MostNamed} more" : "";
        return $"{_done} of {_total} done{(named.Length > 0 ? $"; {named}{more}" : "")}";
    }
}
