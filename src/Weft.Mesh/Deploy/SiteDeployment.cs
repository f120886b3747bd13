using System.Collections.Immutable;
using System.Text;
using Weft.Control;

namespace Weft.Mesh;

/// <summary>
/// One site's part of a deployment: survey, its turn, the trial, the word over a new connection, and what came of it. Its
/// file is made when it is sent and wiped after. Whatever breaks here, the site goes back by itself.
/// </summary>
sealed class SiteDeployment : IDisposable
{
    static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(500);

    /// <summary>For a file to arrive over a slow line.</summary>
    static readonly TimeSpan s_sendPatience = TimeSpan.FromSeconds(90);

    /// <summary>Longer than a new connection takes: one that its own start has cut says nothing any more.</summary>
    static readonly TimeSpan s_cutPatience = TimeSpan.FromSeconds(4);

    /// <summary>For a site to put the old state back and to be asked about it.</summary>
    static readonly TimeSpan s_backPatience = TimeSpan.FromSeconds(30);

    readonly DeployableMesh _mesh;
    readonly int _place;
    readonly SiteCalls _far;
    readonly DeployOptions _options;
    readonly Action<DeployNews> _news;
    readonly TaskCompletionSource<DeployResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _yielded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _begun;
    string _digest = "";
    SshCall? _call;

    internal SiteDeployment(
        DeployableMesh mesh,
        int place,
        SiteCalls far,
        DeployOptions options,
        Action<DeployNews> news
    )
    {
        _mesh = mesh;
        _place = place;
        _far = far;
        _options = options;
        _news = news;
    }

    internal string Name => _mesh.Sites[_place].Name;

    /// <summary>What runs there; null when it could not be asked.</summary>
    internal FarGreeting? Greeting { get; private set; }

    internal Task<DeployResult> Done => _done.Task;

    /// <summary>It is done, or on trial and waiting for another site to become reachable.</summary>
    internal Task OutOfTheWay => Task.WhenAny(_done.Task, _yielded.Task);

    internal bool HasChange => !_done.Task.IsCompleted;

    /// <summary>Ends it for a reason that came up here.</summary>
    internal void Fail(string text, string? remedy) => Finish(DeployOutcome.Refused, text, remedy);

    /// <summary>Asks what runs there. What needs no change, or cannot get one, is done after it.</summary>
    internal async Task SurveyAsync(CancellationToken stop)
    {
        _begun = Environment.TickCount64;
        // Large files take their time to be made, on as many threads as there are.
        _digest = await Task.Run(ReadDigest, stop).ConfigureAwait(false);
        Tell("asking");
        Answer answer = await GreetAsync(stop).ConfigureAwait(false);
        if (answer is not { Greeting: { } greeting, Call: { } call })
        {
            Finish(answer.Outcome, answer.Fault.Text, answer.Fault.Remedy);
            return;
        }
        Greeting = greeting;
        _call = call;
        if (greeting.TrialSecondsLeft is { } left)
            Finish(
                DeployOutcome.Refused,
                $"something is on trial there already, for {left} s more",
                "Another deploy is at work, or was ended: wait until it has gone back, and run this again."
            );
        else if (Fits(greeting))
            Succeed(DeployOutcome.Unchanged, greeting);
    }

    /// <summary>Says what would change, and changes nothing.</summary>
    internal async Task DescribeAsync(DeployTurn turn, CancellationToken stop)
    {
        ImmutableArray<string> before = [];
        await _call!.SendAsync(SiteReceiver.Describe, stop).ConfigureAwait(false);
        FarTrial talk = new(_call, _options.Trial);
        if (await talk.HearAsync(s_sendPatience, stop).ConfigureAwait(false) is { Event: FarNews.Described } described)
            before = Greeting!.ByScript ? RedactedText.LinesOf(described.Lines) : described.Lines;
        using SecretText text = new();
        _mesh.Read(_place, text);
        string made = Encoding.UTF8.GetString(text.Span);
        ImmutableArray<string> after = RedactedText.LinesOf(Greeting!.ByScript ? made.Replace('\t', ' ') : made);
        string[] facts =
        [
            Greeting!.Running ? "" : "it does not run now and would be started",
            Greeting is { Running: true } g && g.Applied == _digest && g.OnDisk != _digest
                ? "it runs so; its file there is another"
                : "",
            Greeting is { ByScript: true } s
                ? s.Script == SiteFile.DigestOf(SiteScript.Text())
                    ? "by wg.sh"
                    : "by wg.sh, which goes there too"
                : "",
            turn.HeldBack ?? "",
            .. turn.MustFollow.Concat(turn.Follows).Select(site => $"after {site}"),
        ];
        Finish(
            turn.HeldBack is null ? DeployOutcome.Differs : DeployOutcome.HeldBack,
            string.Join("; ", facts.Where(fact => fact.Length > 0)),
            null,
            before.IsEmpty ? [] : RedactedText.Difference(before, after)
        );
    }

    /// <summary>Brings the file there, once it is its turn, and sees it through to a result.</summary>
    /// <param name="find">Another site of this deployment.</param>
    internal async Task ApplyAsync(DeployTurn turn, Func<string, SiteDeployment> find, CancellationToken stop)
    {
        if (turn.HeldBack is { } why)
        {
            Finish(DeployOutcome.HeldBack, why, "Deploy both together, once both can be reached.");
            return;
        }
        if (!turn.MustFollow.IsEmpty || !turn.Follows.IsEmpty)
            Tell("waiting for its turn");
        foreach (string before in turn.MustFollow)
        {
            DeployResult result = await find(before).Done.ConfigureAwait(false);
            if (result.IsGood)
                continue;
            Finish(
                DeployOutcome.HeldBack,
                $"{before} has to get its new key first, and has not",
                $"See to {before}, and run this again."
            );
            return;
        }
        await Task.WhenAll(turn.Follows.Select(site => find(site).OutOfTheWay)).ConfigureAwait(false);
        Tell("sending");
        if (_call!.IsOver && !await AskAgainAsync(stop).ConfigureAwait(false))
            return;
        FarTrial trial = new(_call, _options.Trial);
        await trial.SendAsync(_mesh, _place, Greeting!.ByScript ? SiteScript.Text() : null, stop).ConfigureAwait(false);
        await ListenAsync(trial, s_sendPatience, stop).ConfigureAwait(false);
        // Where its own start cuts the connection nothing more is heard: then a new one tells.
        if (trial.IsReceived && trial.Ended is null && !trial.HasStarted)
            await ListenAsync(trial, s_cutPatience, stop).ConfigureAwait(false);
        if (!trial.IsReceived)
            Finish(
                DeployOutcome.Unreachable,
                "the connection broke while the file was sent; the old state stands",
                $"Run it again. If it breaks again: {SshFault.LoginOf(_far.Destination)}."
            );
        else if (trial.Ended is { Outcome: FarNews.Refused } refused)
            Finish(
                DeployOutcome.Refused,
                FarText.Shown(refused.Text ?? ""),
                refused.Remedy is { } r ? FarText.Shown(r) : null
            );
        else if (trial.Ended is { Outcome: FarNews.Unchanged })
            Finish(DeployOutcome.Deployed, "it ran so already; its file was put back");
        else
            await ConfirmAsync(trial, turn, find, stop).ConfigureAwait(false);
    }

    public void Dispose() => _call?.Dispose();

    /// <summary>Says the word over new connections until it is heard or too late.</summary>
    async Task ConfirmAsync(FarTrial trial, DeployTurn turn, Func<string, SiteDeployment> find, CancellationToken stop)
    {
        Tell("confirming");
        string? why = null;
        while (!trial.IsOver && trial.Ended is null)
        {
            if (await FindLostAsync(turn, find, trial, stop).ConfigureAwait(false) is { } lost)
            {
                why = NoAnswer(lost);
                continue;
            }
            if (await _far.ConfirmAsync(Greeting!.ByScript, stop).ConfigureAwait(false) is not { } refusal)
            {
                Succeed(DeployOutcome.Deployed, Greeting!);
                return;
            }
            // That there is no trial any more says nothing about why.
            if (!refusal.IsFar || !refusal.Fault.IsOfWeft)
                why = $"no new connection to confirm it: {refusal.Fault.Text}";
            // Perhaps it cannot be reached before another site has its file.
            _yielded.TrySetResult();
            // It may have been heard after all, and only the answer was lost.
            if (refusal.IsFar && await IsInPlaceAsync(stop).ConfigureAwait(false))
                break;
            await Task.WhenAll(Task.Delay(s_often, stop), ListenAsync(trial, s_often, stop)).ConfigureAwait(false);
        }
        Tell("going back");
        // When both trials end in the same moment, the one behind answers again before its silence is noticed.
        why ??= turn.Guards.FirstOrDefault(site => find(site).HasGoneBack) is { } back
            ? NoAnswer(back)
            : "nobody could log in to confirm it";
        await SettleAsync(trial, why, stop).ConfigureAwait(false);
    }

    bool HasGoneBack => Done is { IsCompletedSuccessfully: true, Result.Outcome: DeployOutcome.RolledBack };

    static string NoAnswer(string site) => $"{site}, which is reached through it, did not answer any more";

    /// <summary>A site that is reached through this one and does not answer now; null when all do.</summary>
    static async Task<string?> FindLostAsync(
        DeployTurn turn,
        Func<string, SiteDeployment> find,
        FarTrial trial,
        CancellationToken stop
    )
    {
        foreach (string site in turn.Guards)
        {
            // On trial as well, and perhaps reachable only since this one is: it is confirmed first.
            if (turn.Follows.Contains(site))
                await Task.WhenAny(find(site).Done, Task.Delay(trial.Left, stop)).ConfigureAwait(false);
            while (!await find(site)._far.AnswersAsync(stop).ConfigureAwait(false))
            {
                if (trial.IsOver)
                    return site;
                await Task.Delay(s_often, stop).ConfigureAwait(false);
            }
        }
        return null;
    }

    /// <summary>Finds out what stands there in the end.</summary>
    async Task SettleAsync(FarTrial trial, string why, CancellationToken stop)
    {
        _yielded.TrySetResult();
        // On a call that still stands, the site says how it went.
        await ListenAsync(trial, s_cutPatience, stop).ConfigureAwait(false);
        if (trial.Ended is { Outcome: FarNews.Reverted })
        {
            Finish(DeployOutcome.RolledBack, $"{why}; the old state is back");
            return;
        }
        long patience = Environment.TickCount64 + (long)s_backPatience.TotalMilliseconds;
        do
        {
            Answer answer = await _far.GreetAsync(_options.ConnectSeconds, stop).ConfigureAwait(false);
            using SshCall? call = answer.Call;
            if (answer.Greeting is { TrialSecondsLeft: null } greeting)
            {
                if (Fits(greeting))
                    Finish(DeployOutcome.Deployed, "");
                else
                    Finish(DeployOutcome.RolledBack, $"{why}; the old state is back");
                return;
            }
            await Task.Delay(s_often, stop).ConfigureAwait(false);
        } while (Environment.TickCount64 < patience);
        Finish(
            DeployOutcome.Unreachable,
            $"{why}; it does not answer since, and goes back by itself",
            $"Look at it: {SshFault.LoginOf(_far.Destination)}."
        );
    }

    async Task<bool> IsInPlaceAsync(CancellationToken stop)
    {
        Answer answer = await _far.GreetAsync(_options.ConnectSeconds, stop).ConfigureAwait(false);
        using SshCall? call = answer.Call;
        return answer.Greeting is { TrialSecondsLeft: null } greeting && Fits(greeting);
    }

    /// <summary>Hears what the site says until it is a step further, for a time.</summary>
    async Task ListenAsync(FarTrial trial, TimeSpan patience, CancellationToken stop)
    {
        long until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (!trial.IsSilent && trial.Ended is null && Environment.TickCount64 < until)
        {
            TimeSpan left = TimeSpan.FromMilliseconds(Math.Max(0, until - Environment.TickCount64));
            FarNews? news = await trial.HearAsync(left, stop).ConfigureAwait(false);
            if (news is { Event: FarNews.Warning, Text: { } text })
                _news(new DeployNews(Name, null, FarText.Shown(text), null));
            if (news is { Event: FarNews.Received or FarNews.Started })
                return;
        }
    }

    /// <summary>Asks, and where the program is missing or another and that is the wish, brings it and asks again.</summary>
    async Task<Answer> GreetAsync(CancellationToken stop)
    {
        Answer answer = await _far.GreetAsync(_options.ConnectSeconds, stop).ConfigureAwait(false);
        bool isOther =
            answer.IsMissing
            || answer.IsOld
            || (answer.Greeting is { ByScript: false } g && g.Version != _options.Version);
        if (_options.Program is not { } program || _options.CheckOnly || !isOther)
            return answer;
        answer.Call?.Dispose();
        Tell("bringing the program");
        return await _far.InstallAsync(program, stop).ConfigureAwait(false) is { } fault
            ? new Answer(DeployOutcome.Refused, fault)
            : await _far.GreetAsync(_options.ConnectSeconds, stop).ConfigureAwait(false);
    }

    /// <summary>The call broke while others had their turn.</summary>
    async Task<bool> AskAgainAsync(CancellationToken stop)
    {
        Answer answer = await _far.GreetAsync(_options.ConnectSeconds, stop).ConfigureAwait(false);
        _call!.Dispose();
        _call = answer.Call;
        if (_call is not null)
            return true;
        Finish(answer.Outcome, answer.Fault.Text, answer.Fault.Remedy);
        return false;
    }

    string ReadDigest()
    {
        using SecretText text = new();
        _mesh.Read(_place, text);
        return SiteFile.DigestOf(text.Span);
    }

    /// <summary>Done as wished; what else there is to say of the site goes along.</summary>
    void Succeed(DeployOutcome outcome, FarGreeting greeting)
    {
        string remark = Remark(greeting);
        if (greeting.AtBoot == false)
            Finish(
                outcome,
                remark.Length > 0 ? $"{remark}; no boot starts it" : "no boot starts it",
                $"Have that done: {SshFault.LoginOf(_far.Destination)} {Installer(greeting)} install {FarText.Shown(greeting.File)}"
            );
        else
            Finish(outcome, remark);
    }

    static string Installer(FarGreeting greeting) =>
        greeting.ByScript ? FarText.Shown($"{Path.GetDirectoryName(greeting.File)}/wg.sh") : "weft";

    bool Fits(FarGreeting greeting) =>
        greeting.Running
        && greeting.Applied == _digest
        && greeting.OnDisk == _digest
        && (!greeting.ByScript || greeting.Script == SiteFile.DigestOf(SiteScript.Text()));

    /// <summary>A word on what runs the site, where that is a script or an older program; empty when it is neither.</summary>
    string Remark(FarGreeting greeting) =>
        greeting.ByScript ? "by wg.sh"
        : NumberOf(greeting.Version) is { } there && NumberOf(_options.Version) is { } here && there < here
            ? $"weft {there} there is older than {here} here: weft deploy --program {Name}"
        : "";

    static Version? NumberOf(string version) =>
        Version.TryParse(version.Split('+', '-')[0], out Version? number) ? number : null;

    void Tell(string stage) => _news(new DeployNews(Name, stage, null, null));

    void Finish(DeployOutcome outcome, string text, string? remedy = null, ImmutableArray<string> difference = default)
    {
        // The call says its last: an idle one ends with its input.
        _call?.Dispose();
        _call = null;
        DeployResult result = new(
            Name,
            outcome,
            TimeSpan.FromMilliseconds(Environment.TickCount64 - _begun),
            text,
            remedy
        )
        {
            Version = FarText.Shown(Greeting?.Version ?? ""),
            Difference = difference.IsDefault ? [] : difference,
        };
        _news(new DeployNews(Name, null, null, result));
        _done.TrySetResult(result);
    }
}
