using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Weft.ScenarioTests.Network;

/// <summary>Carries bytes from host to host over TCP, both ends held by the test process.</summary>
static class Transfer
{
    const int ChunkBytes = 256 * 1024;

    /// <summary>Sends random bytes and demands that exactly these arrive; returns how long it took.</summary>
    internal static async Task<TimeSpan> OverTcp(Host from, Host to, string address, long bytes, ushort port = 5000)
    {
        IPEndPoint target = new(IPAddress.Parse(address), port);
        using Socket listener = to.OpenSocket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(target);
        listener.Listen();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
        Stopwatch watch = Stopwatch.StartNew();
        Task<byte[]> receiving = Receive(listener, patience.Token);
        Task<byte[]> sending = Send(from, target, bytes, patience.Token);
        // The first fault ends both, so that a failure speaks of its cause and not of the time limit.
        if ((await Task.WhenAny(sending, receiving).ConfigureAwait(false)).IsFaulted)
        {
            await patience.CancelAsync().ConfigureAwait(false);
        }

        byte[] sent = await sending.ConfigureAwait(false);
        byte[] received = await receiving.ConfigureAwait(false);
        Assert.Equal(Convert.ToHexString(sent), Convert.ToHexString(received));
        return watch.Elapsed;
    }

    static async Task<byte[]> Send(Host from, IPEndPoint target, long bytes, CancellationToken patience)
    {
        using Socket socket = from.OpenSocket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target, patience).ConfigureAwait(false);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = RandomNumberGenerator.GetBytes(ChunkBytes);
        for (long left = bytes; left > 0; )
        {
            // A fresh counter in each chunk: chunks swapped or repeated change the hash.
            BitConverter.TryWriteBytes(chunk, left);
            int count = (int)Math.Min(left, chunk.Length);
            hash.AppendData(chunk, 0, count);
            for (int done = 0; done < count; )
            {
                done += await socket.SendAsync(chunk.AsMemory(done, count - done), patience).ConfigureAwait(false);
            }

            left -= count;
        }

        socket.Shutdown(SocketShutdown.Send);
        return hash.GetHashAndReset();
    }

    static async Task<byte[]> Receive(Socket listener, CancellationToken patience)
    {
        using Socket socket = await listener.AcceptAsync(patience).ConfigureAwait(false);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (int read; (read = await socket.ReceiveAsync(chunk, patience).ConfigureAwait(false)) > 0; )
            {
                hash.AppendData(chunk, 0, read);
            }

            return hash.GetHashAndReset();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
