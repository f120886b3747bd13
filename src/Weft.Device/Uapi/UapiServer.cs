using Microsoft.Extensions.Logging;
using Weft.Linux;

namespace Weft.Device;

/// <summary>
/// Takes configuration clients at the device's Unix socket and serves them all on one thread, which waits for whichever
/// has something to say. So nothing has to be started or opened to serve: a device that has run out of descriptors goes on,
/// and answers again when it has some. When there are too many, whoever has been silent for longest makes room for the
/// next. The device host owns it.
/// </summary>
sealed class UapiServer(UnixListener listener, IUapiDevice device, ControlWake wake, ILogger logger) : IDisposable
{
    /// <summary>Clients at a time. Bounds memory and descriptors.</summary>
    internal const int MaxClients = 64;

    /// <summary>After a failure to accept (no descriptor left): try again when some may have been closed.</summary>
    const int RetryMilliseconds = 100;

    readonly EventCounter _stop = new();
    readonly List<Client> _clients = [];
    Thread? _thread;
    bool _hasFailed;

    /// <summary>Counts turns, to tell who was served last.</summary>
    long _turn;

    public void Start()
    {
        _thread = new Thread(Run) { Name = "uapi", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Closes the door and only then lets all clients go, so that they see that the device is no more.</summary>
    public void Dispose()
    {
        _stop.Signal();
        _thread?.Join();
        listener.Dispose();
        _clients.ForEach(client => client.Dispose());
        _stop.Dispose();
    }

    void Run()
    {
        try
        {
            while (Step()) { }
        }
        catch (Exception e)
        {
            // Nothing may escape a thread's entry.
            Log.ThreadFailed(logger, "uapi", e);
            wake.Fail();
        }
    }

    /// <summary>Waits for clients and serves those that are ready. False when the device ends.</summary>
    bool Step()
    {
        // A client that can't be taken keeps the door readable; it is left out then, or this would spin.
        bool atDoor = !_hasFailed;
        Interest[] interests =
        [
            new(_stop.Descriptor, ToWrite: false),
            .. _clients.Select(client => client.Interest),
            .. atDoor ? [new Interest(listener.Descriptor, ToWrite: false)] : ReadOnlySpan<Interest>.Empty,
        ];
        using Poller poller = new(interests);
        poller.Wait(_hasFailed ? RetryMilliseconds : -1);
        if (poller.IsReady(0))
            return false;
        for (int i = _clients.Count - 1; i >= 0; i--)
        {
            if (!poller.IsReady(i + 1))
                continue;
            _clients[i].LastTurn = ++_turn;
            if (!_clients[i].Connection.Serve())
                Drop(i);
        }
        if (_hasFailed || (atDoor && poller.IsReady(poller.Count - 1)))
            Accept();
        return true;
    }

    void Accept()
    {
        try
        {
            if (listener.TryAccept() is { } client)
            {
                if (_clients.Count == MaxClients)
                    DropMostSilent();
                _clients.Add(new Client(client, new UapiConnection(client, device, logger)) { LastTurn = ++_turn });
            }
            _hasFailed = false;
        }
        catch (KernelRefusedException e)
        {
            // Said once, however often it is tried.
            if (!_hasFailed)
                Log.AcceptFailed(logger, e.Message);
            _hasFailed = true;
        }
    }

    void DropMostSilent()
    {
        int most = 0;
        for (int i = 1; i < _clients.Count; i++)
        {
            if (_clients[i].LastTurn < _clients[most].LastTurn)
                most = i;
        }
        Log.ClientGone(logger, "it was silent for longest, and there are too many");
        Drop(most);
    }

    void Drop(int index)
    {
        _clients[index].Dispose();
        _clients.RemoveAt(index);
    }

    /// <summary>A client and how far its conversation is.</summary>
    sealed class Client(UnixClient end, UapiConnection connection) : IDisposable
    {
        public UapiConnection Connection => connection;

        /// <summary>When it was last heard, or could last be told something.</summary>
        public long LastTurn { get; set; }

        public Interest Interest => new(end.Descriptor, connection.IsAnswering);

        public void Dispose()
        {
            connection.Dispose();
            end.Dispose();
        }
    }
}
