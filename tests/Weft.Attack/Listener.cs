using Weft.Linux;

namespace Weft.Attack;

/// <summary>Takes in one datagram of the device. It may be changed.</summary>
delegate void Receiver(Span<byte> datagram);

/// <summary>Reads all that comes back, on a thread of its own, and hands it to whoever wants it.</summary>
sealed class Listener : IDisposable
{
    readonly UdpSocket _socket;
    readonly Receiver? _receive;
    readonly Thread _thread;
    bool _stopping;

    internal Listener(UdpSocket socket, Receiver? receive)
    {
        (_socket, _receive) = (socket, receive);
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Shuts the socket down too.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _stopping, true);
        _socket.Shutdown();
        _thread.Join();
    }

    void Run()
    {
        using ReceiveBatch batch = new(16);
        while (!Volatile.Read(ref _stopping))
        {
            int count = batch.Receive(_socket);
            for (int i = 0; i < count; i++)
            {
                ReceivedMessage message = batch[i];
                if (message.Length > 0)
                    _receive?.Invoke(batch.Buffer.Slice(message.Offset, message.Length));
            }
        }
    }
}
