using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// Looks after one site: each <see cref="Check"/> probes all its links, judges them by <see cref="LinkPolicy"/>, has the
/// host brought to what that means, and tells of every change. One thread, that of the <see cref="SiteRunner"/>.
/// </summary>
public sealed class SiteWatch : IDisposable
{
    /// <summary>Between two writes of where the peers are.</summary>
    static readonly TimeSpan s_seldom = TimeSpan.FromMinutes(10);

    readonly SiteRunner _runner;
    readonly string _name;
    readonly WatchFolder _folder;
    readonly WatchLog _log;
    readonly List<string> _steps;
    readonly LinkProber _prober = new();
    readonly EndpointLookups _lookups = new();
    readonly LinkHooks _hooks;

    WatchNotes _notes;
    WatchNotes? _recovered;
    RunningSite? _running;
    EndpointMemory? _memory;
    bool _saved;
    TimeSpan _savedAt;
    string? _fault;

    /// <param name="name">The interface.</param>
    /// <param name="log">Told of what happens.</param>
    /// <param name="trace">Told of every message and command; null for silence.</param>
    public SiteWatch(string name, WatchLog log, Reporting? trace = null)
    {
        _name = name;
        _log = log;
        _steps = [];
        Reporting reporting = trace ?? Reporting.Silent;
        _runner = new SiteRunner(
            reporting with
            {
                Step = line =>
                {
                    _steps.Add(line);
                    reporting.Step(line);
                },
            }
        );
        _folder = _runner.WatchFolderOf(name);
        _hooks = new LinkHooks(log);
        _notes = WatchNotes.Read(_folder, log.Warning) ?? new WatchNotes();
    }

    /// <summary>Readable when <see cref="TakeLookups"/> has something to do.</summary>
    public Descriptor LookupsDone => _lookups.Done.Descriptor;

    /// <summary>Goes the moment the site is stopped.</summary>
    public string StateFile => _runner.StateFileOf(_name);

    /// <summary>The links as they are judged now.</summary>
    public WatchNotes Notes => _notes;

    /// <summary>Makes this the one watcher of the site; null when there is one.</summary>
    public FolderLock? TryTake() => _folder.TryTake();

    /// <summary>One check of everything, in a second and what the host's own tools take.</summary>
    /// <param name="isEnough">Asked while waiting for answers; true ends the check early.</param>
    /// <returns>The time from this check to the next; null when the site does not run or is not to be watched.</returns>
    /// <exception cref="OperationFailedException">The host cannot be looked at.</exception>
    public TimeSpan? Check(Func<bool> isEnough)
    {
        WatchNotes before = _notes;
        EndTrial();
        if (_runner.Running(_name) is not { } site)
            return null;
        _running = site;
        TimeSpan? trial = _runner.TrialLeft(_name);
        if (site.File.Config.Interface.Check is not { } interval)
        {
            // Only the trial is to be watched.
            Keep(before);
            return trial;
        }
        HasKeysToFollow = KeyChange.IsUnderWay(site.File.Config);
        if (site.Device is { } device && site.LinkIndex != 0)
        {
            HashSet<IPAddress> answered = Probe(site, isEnough);
            if (isEnough())
                return interval;
            Judge(site, device, answered);
            if (HasKeysToFollow && _runner.Running(_name) is { } followed)
                site = followed;
        }
        bool runs = Upkeep(site, ImmutableDictionary<PublicKey, IPEndPoint>.Empty);
        Ask(site);
        Keep(before);
        Remember(site);
        _runner.NoteTime();
        // A trial ends on time.
        return !runs ? null
            : trial < interval ? trial
            : interval;
    }

    /// <summary>The state of the site is gone: puts it back if the site itself is there, as after a <c>/run</c> that was cleared.</summary>
    /// <returns>False when the site was stopped.</returns>
    public bool Recover()
    {
        if (_running is null || _runner.Running(_name) is not null)
            return false;
        WatchNotes before = _notes;
        PeerNews news = new(Down(_running), ImmutableDictionary<PublicKey, IPEndPoint>.Empty);
        if (!_runner.Recover(_running.File, news))
            return false;
        Tell("repair", null, "its notes in /run were lost and have been written anew");
        _recovered = before;
        return true;
    }

    /// <summary>Writes the notes that <see cref="Recover"/> could not yet, since there was no folder that is ours.</summary>
    public void KeepRecovered()
    {
        if (_recovered is not { } before)
            return;
        _recovered = null;
        Keep(before);
    }

    /// <summary>Removes the notes of a site that is stopped, if it was this watcher that stopped it.</summary>
    public void Forget()
    {
        if (!File.Exists(StateFile))
            _folder.Discard();
    }

    /// <summary>Dials the peers whose names have been looked up.</summary>
    public void TakeLookups()
    {
        ImmutableArray<ResolvedEndpoint> answers = _lookups.Take();
        if (answers.IsEmpty || _runner.Running(_name) is not { Device: { } device } site)
            return;
        WatchNotes before = _notes;
        Dictionary<PublicKey, IPEndPoint> endpoints = [];
        foreach (ResolvedEndpoint answer in answers)
        {
            PublicKey key = answer.Peer.PublicKey;
            IPEndPoint? current = device.Peers.FirstOrDefault(p => p.PublicKey == key)?.Endpoint;
            // It may have come up meanwhile, from wherever it is now.
            bool silent = !LinkOf(key).IsUp || current is null;
            if (silent && EndpointLookups.Pick(answer.Addresses, current) is { } next)
            {
                endpoints[key] = next;
                Tell(
                    "endpoint",
                    answer.Peer.Site ?? key.ToString(),
                    $"dialled at {next} from now on ({answer.Peer.Endpoint!.Host})"
                );
            }
        }
        if (endpoints.Count > 0)
            Upkeep(site, endpoints);
        Keep(before);
    }

    /// <summary>Some peer may take another key at any moment: <see cref="FollowKeys"/> often.</summary>
    internal bool HasKeysToFollow { get; private set; }

    /// <summary>Moves the allowed IPs of peers that have taken another key: until then they are cut off.</summary>
    /// <exception cref="OperationFailedException">The host cannot be looked at.</exception>
    internal void FollowKeys()
    {
        if (
            _runner.Running(_name) is not { Device: { } device } site
            || KeyChange.Due(site.File.Config, device).IsEmpty
        )
            return;
        WatchNotes before = _notes;
        Upkeep(site, ImmutableDictionary<PublicKey, IPEndPoint>.Empty);
        Keep(before);
    }

    /// <summary>Waits for what goes on beside the checks, each within its limit: for a check that is not followed by another.</summary>
    public void Finish()
    {
        _lookups.WaitForBatch();
        TakeLookups();
        _hooks.WaitForAll();
    }

    public void Dispose()
    {
        _lookups.Dispose();
        _prober.Dispose();
        _runner.Dispose();
    }

    HashSet<IPAddress> Probe(RunningSite site, Func<bool> isEnough)
    {
        HashSet<IPAddress> targets = [.. SiteLink.Of(site.File.Config).Select(l => l.Probe).OfType<IPAddress>()];
        try
        {
            return _prober.Probe(_name, site.LinkIndex, targets, FollowKeysMeanwhile);
        }
        catch (KernelRefusedException e)
        {
            // The interface went between two looks; whoever took it, the next check sees what came of it.
            _log.Warning(e.Message);
            return [];
        }

        // A peer that takes its new key answers no probe before it is followed.
        bool FollowKeysMeanwhile()
        {
            if (HasKeysToFollow)
                FollowKeys();
            return isEnough();
        }
    }

    void Judge(RunningSite site, DeviceStatus device, HashSet<IPAddress> answered)
    {
        InterfaceSection own = site.File.Config.Interface;
        TimeSpan now = Now;
        long today = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        ImmutableSortedDictionary<string, LinkState>.Builder links = ImmutableSortedDictionary.CreateBuilder<
            string,
            LinkState
        >(StringComparer.Ordinal);
        Dictionary<PublicKey, PeerStatus> peers = device.Peers.ToDictionary(p => p.PublicKey);
        HashSet<PublicKey> keptAlive =
        [
            .. site.File.Config.Peers.Where(p => p.PersistentKeepalive is > 0).Select(p => p.PublicKey),
        ];
        foreach (SiteLink link in SiteLink.Of(site.File.Config))
        {
            // The device's own key among the peers is passed over.
            if (!peers.TryGetValue(link.Key, out PeerStatus? status) && !link.IsFar)
                continue;
            bool echo = link.Probe is { } address && answered.Contains(address);
            HandshakeTime handshake = status?.LastHandshake ?? default;
            LinkEvidence evidence = new(echo, handshake, Age(handshake, today))
            {
                IsUnasked = link.Probe is null && !keptAlive.Contains(link.Key),
            };
            LinkVerdict verdict = LinkPolicy.Judge(LinkOf(link.Key), evidence, now, own.Links);
            links[link.Key.ToString()] = verdict.State;
            if (verdict.Change == LinkChange.None)
                continue;
            string change = verdict.Change == LinkChange.Up ? "up" : "down";
            if (verdict.Change == LinkChange.Up)
                _lookups.Forget(link.Key);
            Tell(change, link.Name, verdict.Reason);
            _hooks.Run(
                own.Hooks,
                new HookNews(_name, own.Site, link.Site, link.Key.ToString(), change, verdict.Reason)
            );
        }
        _notes = _notes with { Links = links.ToImmutable() };
    }

    /// <summary>False when the site does not run any more.</summary>
    bool Upkeep(RunningSite site, IReadOnlyDictionary<PublicKey, IPEndPoint> endpoints)
    {
        HashSet<PublicKey> down = Down(site);
        ImmutableArray<PeerSection> moving = site.Device is { } device ? KeyChange.Due(site.File.Config, device) : [];
        _steps.Clear();
        try
        {
            UpkeepResult result = _runner.Upkeep(_name, new PeerNews(down, endpoints));
            // What follows from a link's change or a lookup has been told with its reason already.
            bool expected = endpoints.Count > 0 || !down.SetEquals(site.Withdrawn) || !moving.IsEmpty;
            if (result.Fault is { } standing)
                TellFault(standing);
            else if (result.Outcome == UpkeepOutcome.Done)
                Settle();
            foreach (PeerSection peer in result.Outcome == UpkeepOutcome.Done ? moving : [])
                Tell("rekey", peer.Site ?? peer.PublicKey.ToString(), "its networks are with the key that it uses now");
            if (result.Steps > 0 && !expected)
                Tell("repair", null, $"somebody changed it, so it was put back: {string.Join("; ", _steps)}");
            return result.Outcome != UpkeepOutcome.Stopped;
        }
        catch (OperationFailedException e)
        {
            TellFault(e);
            return true;
        }
    }

    /// <summary>Once, not at every check.</summary>
    void TellFault(OperationFailedException e)
    {
        string fault = e.Remedy is null ? e.Message : $"{e.Message}. {e.Remedy}";
        if (fault != _fault)
            Tell("fault", null, fault);
        _fault = fault;
    }

    HashSet<PublicKey> Down(RunningSite site) =>
        [.. SiteLink.Of(site.File.Config).Select(l => l.Key).Where(k => !LinkOf(k).IsUp)];

    void EndTrial()
    {
        try
        {
            if (_runner.GoBackIfOver(_name, isWatcher: true) is { } tried)
                Tell("trial", null, $"nobody confirmed the new state, so the old one is back; what was tried: {tried}");
        }
        catch (Exception e) when (e is OperationFailedException or FaultyFileException)
        {
            _log.Warning($"{_name}: the trial is over, but the old state cannot be had yet: {e.Message}");
        }
    }

    /// <summary>Keeps where the peers that answer are, seldom enough for a router's flash.</summary>
    void Remember(RunningSite site)
    {
        if (site.Device is not { } device || (_saved && Now - _savedAt < s_seldom))
            return;
        EndpointMemory memory = _memory ??= EndpointMemory.Read(_name, _log.Warning);
        Dictionary<PublicKey, PeerStatus> peers = device.Peers.ToDictionary(p => p.PublicKey);
        foreach (PeerSection peer in site.File.Config.Peers)
        {
            bool answers = LinkOf(peer.PublicKey) is { IsUp: true, Failures: 0, AnswersProbes: true };
            if (answers && peers.GetValueOrDefault(peer.PublicKey)?.Endpoint is { } endpoint)
                memory = memory.With(peer, endpoint);
        }
        if (memory == _memory)
            return;
        try
        {
            memory.Write(_name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warning($"{_name}: where the peers are cannot be kept for the next start: {e.Message}");
        }
        (_memory, _saved, _savedAt) = (memory, true, Now);
    }

    void Settle()
    {
        if (_fault is not null)
            Tell("repair", null, "what was in the way is gone, and all is as it should be");
        _fault = null;
    }

    void Ask(RunningSite site)
    {
        Dictionary<PublicKey, PeerStatus> peers = site.Device?.Peers.ToDictionary(p => p.PublicKey) ?? [];
        _lookups.Ask(
            site.File.Config.Peers.Where(p =>
                peers.TryGetValue(p.PublicKey, out PeerStatus? status)
                && (!LinkOf(p.PublicKey).IsUp || status.Endpoint is null)
            ),
            Now
        );
    }

    void Keep(WatchNotes before)
    {
        if (_notes == before)
            return;
        try
        {
            _folder.Write(_notes.ToBytes());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The watching goes on from memory.
            _log.Warning($"the watcher's notes cannot be written: {e.Message}");
        }
    }

    void Tell(string kind, string? who, string text)
    {
        _notes = _notes.With(new WatchEvent(DateTimeOffset.UtcNow, kind, who, text));
        string line = who is null
            ? $"{_name}: {text}"
            : $"{_name}: {who}: {(kind == "endpoint" ? "" : $"{kind}: ")}{text}";
        if (kind is "down" or "fault")
            _log.Warning(line);
        else
            _log.Notice(line);
    }

    LinkState LinkOf(PublicKey key) => _notes.Links.GetValueOrDefault(key.ToString()) ?? new LinkState();

    static TimeSpan Now => TimeSpan.FromTicks(Clocks.BootNanoseconds / 100);

    /// <summary>A clock that was set back makes no negative age.</summary>
    static TimeSpan? Age(HandshakeTime handshake, long today) =>
        handshake.IsNever ? null : TimeSpan.FromSeconds(Math.Max(0, today - handshake.Seconds));
}

/// <summary>Where a watcher says what happens, one line each.</summary>
/// <param name="Notice">A link came up, something was put right.</param>
/// <param name="Warning">A link went down, something is wrong.</param>
public sealed record WatchLog(Action<string> Notice, Action<string> Warning);
