using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Weft.Linux;

namespace Weft.Device;

/// <summary>
/// Takes configuration clients at the device's Unix socket and serves each one beside the others, on the thread pool. The
/// device host owns it.
/// </summary>
sealed class UapiServer(UnixListener listener, IUapiDevice device, ILogger logger) : IDisposable
{
    /// <summary>Clients at a time; more wait in the kernel's queue. Bounds memory and descriptors.</summary>
    const int MaxClients = 64;

    /// <summary>After a failure to accept (no descriptor left): try again when some may have been closed.</summary>
    static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    readonly CancellationTokenSource _stop = new();
    readonly SemaphoreSlim _places = new(MaxClients);
    readonly ConcurrentDictionary<Task, bool> _clients = new();
    Task _accepting = Task.CompletedTask;
    bool _hasFailed;

    public void Start() => _accepting = AcceptAsync();

    /// <summary>Closes the door and lets all clients go.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _accepting.Wait();
        Task.WhenAll(_clients.Keys).Wait();
        _places.Dispose();
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _places.WaitAsync(_stop.Token).ConfigureAwait(false);
                Socket? client = await TryAcceptAsync().ConfigureAwait(false);
                if (client is null)
                {
                    _places.Release();
                    await Task.Delay(RetryDelay, _stop.Token).ConfigureAwait(false);
                    continue;
                }
                Task serving = ServeAsync(client);
                _clients.TryAdd(serving, true);
                _ = serving.ContinueWith(
                    static (done, clients) => ((ConcurrentDictionary<Task, bool>)clients!).TryRemove(done, out _),
                    _clients,
                    TaskScheduler.Default
                );
            }
        }
        catch (OperationCanceledException)
        {
            // The device ends.
        }
    }

    async Task<Socket?> TryAcceptAsync()
    {
        try
        {
            Socket client = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
            _hasFailed = false;
            return client;
        }
        catch (SocketException e)
        {
            // Said once, however often it is tried.
            if (!_hasFailed)
                Log.AcceptFailed(logger, e.Message);
            _hasFailed = true;
            return null;
        }
    }

    async Task ServeAsync(Socket client)
    {
        // Off the accepting loop before the first read can complete at once.
        await Task.Yield();
        try
        {
            using NetworkStream stream = new(client, ownsSocket: true);
            await new UapiConnection(device, logger).ServeAsync(stream, _stop.Token).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            // It hung up before its stream was made.
            Log.ClientGone(logger, e.Message);
        }
        finally
        {
            client.Dispose();
            _places.Release();
        }
    }
}
