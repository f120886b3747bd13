using Microsoft.Extensions.Logging;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Device;

/// <summary>
/// A running WireGuard device: makes the TUN and the UAPI socket, starts the packet thread, and is itself the control
/// thread, which does handshakes, timers and the interface's ups and downs. Owns all of it; whoever creates it disposes it,
/// which wipes the keys and removes interface and socket.
/// </summary>
public sealed class DeviceHost : IDisposable
{
    /// <summary>How often to look or try again when nobody would tell of a change: in a namespace that we may not enter, at a port that is taken.</summary>
    const int RetryMilliseconds = 1000;

    /// <summary>
    /// Between checks of sources, for each that was checked, up to the above. To ask the kernel takes less than a hundredth of
    /// it; and the sooner a source is left, the less the other end is led astray by it.
    /// </summary>
    const int MillisecondsPerSource = 10;

    readonly ILogger _logger;
    readonly TunDevice _tun;
    readonly TunLink _link;
    readonly UnixListener _listener;
    readonly FileRemoval _removal;
    readonly ControlWake _wake = new();
    readonly Alarm _alarm = new();
    readonly ClockJump _clockJump = new();
    readonly Node _node;
    readonly HandshakeQueue _handshakes = new();
    readonly UdpTransport _transport;
    readonly Listening _listening;
    readonly PacketLoop _packets;
    readonly UapiServer _uapi;
    readonly KeyMaker _keyMaker;
    readonly SleepDetector _sleep;
    readonly Processors _processors = new();
    readonly SourceRoutes _routes;
    Instant _nextSourceCheck;
    TunState _state = TunState.Down;
    bool _isBlind;
    Instant _nextListen;
    bool _isDisposed;

    DeviceHost(
        TunDevice tun,
        TunLink link,
        UnixListener listener,
        DeviceOptions options,
        Func<TimeSpan> asleep,
        ILogger logger
    )
    {
        _logger = logger;
        _node = new Node(new SystemEntropy())
        {
            StampFloor = new StampFloor(new WallTime(options.NotBefore, 0), DeviceClock.Now),
        };
        _tun = tun;
        _link = link;
        _listener = listener;
        _removal = new FileRemoval(listener.Path);
        _sleep = new SleepDetector(asleep);
        _transport = new UdpTransport(logger);
        TunSink sink = new(tun, logger);
        TunSource source = new(tun, new OutboundPath(_node, _transport, sink), _wake);
        Manners manners = new(() => _processors.Wanting, Environment.ProcessorCount, Processors.TryLeaveTurns);
        _packets = new PacketLoop(source, _wake, _sleep, manners, logger);
        _listening = new Listening(_node, _transport, sink, _handshakes, _packets, _wake, options.Offloads, logger);
        _routes = new SourceRoutes(_listening);
        _keyMaker = new KeyMaker(_node.Ephemerals, _wake, logger);
        _uapi = new UapiServer(listener, new DeviceConfiguration(_node, _listening, tun, _wake), _wake, logger);
    }

    /// <summary>Makes interface and socket. From here on clients can connect; they are served by <see cref="Run"/>.</summary>
    /// <exception cref="KernelRefusedException">The name is taken, or a right or /dev/net/tun is missing.</exception>
    public static DeviceHost Create(DeviceOptions options, ILogger logger) =>
        Create(options, static () => Clocks.Asleep, logger);

    /// <inheritdoc cref="Create(DeviceOptions, ILogger)"/>
    /// <param name="asleep">As <see cref="SleepDetector"/> has it.</param>
    internal static DeviceHost Create(DeviceOptions options, Func<TimeSpan> asleep, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        Stack<IDisposable> made = new(); // and not yet somebody's
        try
        {
            TunDevice tun = TunDevice.Create(options.Name, options.Offloads);
            made.Push(tun);
            TunLink link = TunLink.Open(tun);
            made.Push(link);
            link.SetMtu(options.Mtu);
            UnixListener listener = UnixListener.Bind(Path.Combine(options.SocketFolder, $"{tun.Name}.sock"));
            made.Push(listener);
            DeviceHost host = new(tun, link, listener, options, asleep, logger);
            made.Clear();
            return host;
        }
        finally
        {
            while (made.TryPop(out IDisposable? part))
                part.Dispose();
        }
    }

    /// <summary>The socket that tools configure the device by.</summary>
    public string SocketPath => _listener.Path;

    /// <summary>
    /// Runs the device on the calling thread until <see cref="End"/>, or until its interface is deleted or its socket file
    /// removed. False when it ended by a failure of its own.
    /// </summary>
    /// <param name="started">Called once everything runs and configuration clients are answered.</param>
    public bool Run(Action? started = null)
    {
        new Thread(Rehearse) { Name = "rehearsal", IsBackground = true }.Start();
        LookAtInterface();
        _packets.Start();
        _uapi.Start();
        _keyMaker.Start();
        Log.Started(_logger, _tun.Name ?? "", _listener.Path);
        started?.Invoke();
        while (_wake.EndReason is null)
            Step();
        Log.Ending(_logger, _wake.EndReason);
        return !_wake.IsFailure;
    }

    /// <summary>Has <see cref="Run"/> return. Any thread, also before it is called; not after <see cref="Dispose"/>.</summary>
    public void End(string reason) => _wake.End(reason);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _uapi.Dispose();
        lock (_node.Gate)
            _listening.Close();
        _packets.Dispose();
        _processors.Dispose();
        _keyMaker.Dispose();
        _node.Dispose();
        _removal.Dispose();
        _routes.Dispose();
        _listener.Dispose();
        _link.Dispose();
        _tun.Dispose();
        _clockJump.Dispose();
        _alarm.Dispose();
        _wake.Dispose();
    }

    void Rehearse()
    {
        try
        {
            Rehearsal.Run();
        }
        catch (Exception e)
        {
            // Nothing may escape a thread's entry. The device does without.
            Log.RehearsalFailed(_logger, e);
        }
    }

    /// <summary>Waits for something to do, and does it.</summary>
    void Step()
    {
        // Where routes change all the time, their news waits: asking for each peer's way costs more than one packet does. What
        // to wait for and how long go by one moment: by two, the news could be left out of a wait without end.
        Instant now = DeviceClock.Now;
        const int jump = 2;
        const int removal = 3;
        const int link = 4;
        const int routes = 5;
        ReadOnlySpan<Descriptor> descriptors =
        [
            _wake.Descriptor,
            _alarm.Descriptor,
            _clockJump.Descriptor,
            _removal.Descriptor,
            _link.Descriptor,
            _routes.Descriptor,
        ];
        using Poller poller = new(now < _nextSourceCheck ? descriptors[..routes] : descriptors);
        Instant due = NextLook(now);
        _alarm.Set(due == Instant.Never ? null : due.Nanoseconds);
        poller.Wait(-1);
        _wake.Reset();
        if (poller.IsReady(jump))
            _clockJump.Reset();
        if (poller.IsReady(removal) && _removal.Happened())
        {
            _listener.KeepFile();
            _wake.End("the socket file was removed");
            return;
        }
        if (poller.IsReady(link))
            LookAtInterface(_link.Drain());
        else if (_isBlind)
            LookAtInterface();
        if (poller.Count > routes && poller.IsReady(routes))
        {
            _routes.Drain();
            _node.Sources.DoubtAll();
        }
        if (_sleep.HasSlept)
        {
            Log.Slept(_logger);
            _node.ForgetSessions();
            _sleep.SessionsAreForgotten();
        }
        if (_listening.IsDeaf)
            ListenAgain();
        AnswerHandshakes();
        _node.Tick(DeviceClock.Now, DeviceClock.Wall, _transport);
        CheckSources();
    }

    void CheckSources()
    {
        Instant now = DeviceClock.Now;
        if (now < _nextSourceCheck || _node.Sources.IsEmpty)
            return;
        int asked = _node.Sources.Check(_routes);
        _nextSourceCheck = now + TimeSpan.FromMilliseconds(Math.Min(asked * MillisecondsPerSource, RetryMilliseconds));
    }

    /// <summary>When there is something to do, if nobody says so before.</summary>
    Instant NextLook(Instant now)
    {
        Instant due = Earlier(_node.NextDeadline, _handshakes.NextRead);
        // Doubts wait for the next check, and so does the news of routes that may bring more of them.
        if (now < _nextSourceCheck || !_node.Sources.IsEmpty)
            due = Earlier(due, _nextSourceCheck);
        if (_isBlind || _listening.IsDeaf)
            due = Earlier(due, now + TimeSpan.FromMilliseconds(RetryMilliseconds));
        return due;
    }

    static Instant Earlier(Instant one, Instant other) => one < other ? one : other;

    /// <summary>At most a bound of messages, so that a flood of them holds up neither timers nor configuration.</summary>
    void AnswerHandshakes()
    {
        const int most = 64;
        Span<byte> datagram = stackalloc byte[Datagram.LongestHandshake];
        for (int i = 0; i < most; i++)
        {
            Instant now = DeviceClock.Now;
            if (!_handshakes.TryRead(now, datagram, out int length, out Endpoint from, out int queued))
                return;
            _keyMaker.Look(queued);
            _node.ReceiveHandshake(now, DeviceClock.Wall, datagram[..length], in from, queued, _transport);
        }
    }

    void ListenAgain()
    {
        Instant now = DeviceClock.Now;
        if (now < _nextListen)
            return;
        _nextListen = now + TimeSpan.FromMilliseconds(RetryMilliseconds);
        lock (_node.Gate)
        {
            if (_listening.IsDeaf)
                _listening.Open();
        }
    }

    /// <summary>The MTU where the interface is now; null where nothing can be learned of it.</summary>
    int? FollowLink()
    {
        try
        {
            _link.Follow();
            return _link.Mtu;
        }
        catch (KernelRefusedException)
        {
            // No descriptor is left for it: looked at again in a second.
            return null;
        }
    }

    /// <summary>
    /// Follows the interface up, down, away and to another namespace. Netlink's news is a hint only; the descriptor tells
    /// the truth.
    /// </summary>
    /// <param name="wasDown">It was down meanwhile, however it stands now.</param>
    void LookAtInterface(bool wasDown = false)
    {
        int? mtu = _link.Mtu ?? (_tun.State == TunState.Gone ? null : FollowLink());
        // Only now, when whatever comes next will be told.
        TunState state = _tun.State;
        if (state == TunState.Gone)
        {
            _wake.End("the interface was deleted");
            return;
        }
        _isBlind = mtu is null;
        if (mtu is { } known && known != _node.Mtu)
        {
            _node.Mtu = known;
            Log.MtuChanged(_logger, known);
        }
        if (_state == TunState.Up && (wasDown || state != TunState.Up))
            GoDown();
        if (_state == TunState.Down && state == TunState.Up)
            GoUp();
    }

    void GoUp()
    {
        _state = TunState.Up;
        lock (_node.Gate)
        {
            _listening.Open();
            _node.InterfaceUp();
        }
    }

    void GoDown()
    {
        _state = TunState.Down;
        lock (_node.Gate)
        {
            _node.InterfaceDown();
            _listening.Close();
        }
        Log.Down(_logger);
    }
}
