using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Weft.Config;
using Weft.Linux;

namespace Weft.Device;

/// <summary>
/// One configuration client (www.wireguard.com/xplatform): any number of commands, in whatever pieces they come, answered
/// in order. Nothing waits: a client that does not read its answers is not read from until it does. Nothing that a client
/// sends ends more than its own connection. The server owns it, on its thread.
/// </summary>
sealed class UapiConnection(IStreamEnd client, IUapiDevice device, ILogger logger) : IDisposable
{
    const int ReadSize = 16 << 10;

    /// <summary>Then it is another client's turn.</summary>
    const int MaxReadsAtATime = 4;

    readonly UapiCommandReader _reader = new();
    readonly byte[] _bytes = new byte[ReadSize];
    int _taken;
    int _count;
    bool _hasEnded;
    WipedBufferWriter? _answer;
    int _sent;

    /// <summary>Whether it waits for the client to read, rather than to write.</summary>
    public bool IsAnswering => _answer is not null;

    /// <summary>Does all that can be done without waiting. False when the client is done with, or gone.</summary>
    public bool Serve()
    {
        for (int reads = 0; ; )
        {
            if (_answer is not null)
            {
                StreamStatus sending = SendAnswer();
                if (sending != StreamStatus.Done)
                    return sending == StreamStatus.WouldBlock;
            }
            if (TryNextCommand(out UapiCommand command))
            {
                Answer(command);
                continue;
            }
            if (_hasEnded)
                return false;
            if (reads++ == MaxReadsAtATime)
                return true;
            _taken = 0;
            switch (client.Receive(_bytes, out _count))
            {
                case StreamStatus.WouldBlock:
                    return true;
                case StreamStatus.Closed:
                    _hasEnded = true;
                    break;
            }
        }
    }

    public void Dispose()
    {
        // What came in may have been a private key.
        CryptographicOperations.ZeroMemory(_bytes);
        _reader.Dispose();
        _answer?.Dispose();
    }

    bool TryNextCommand(out UapiCommand command)
    {
        ReadOnlySpan<byte> rest = _bytes.AsSpan(_taken, _count - _taken);
        bool isComplete = _reader.TryRead(ref rest, out command);
        _taken = _count - rest.Length;
        // The last command may lack its blank line.
        return isComplete || (_hasEnded && _reader.TryEnd(out command));
    }

    StreamStatus SendAnswer()
    {
        ReadOnlySpan<byte> all = _answer!.Written.Span;
        while (_sent < all.Length)
        {
            StreamStatus status = client.Send(all[_sent..], out int count);
            if (status == StreamStatus.Closed)
                Log.ClientGone(logger, "it hung up before it was answered");
            if (status != StreamStatus.Done)
                return status;
            _sent += count;
        }
        _answer.Dispose();
        _answer = null;
        return StreamStatus.Done;
    }

    void Answer(UapiCommand command)
    {
        _answer = new WipedBufferWriter();
        _sent = 0;
        switch (command.Kind)
        {
            case UapiCommandKind.Get:
                DeviceStatus status = device.Describe();
                UapiText.WriteStatus(status, _answer);
                DisposeKeys(status);
                break;
            case UapiCommandKind.Set:
                UapiText.WriteErrno(Apply(command.Config!), _answer);
                break;
            case UapiCommandKind.Refused:
                Log.Refused(logger, command.Reason ?? "not UAPI");
                UapiText.WriteErrno(command.Errno, _answer);
                break;
        }
    }

    int Apply(DeviceConfig config)
    {
        try
        {
            int errno = device.Apply(config);
            Log.Configured(logger, config.Peers.Length, errno);
            return errno;
        }
        finally
        {
            config.PrivateKey?.Dispose();
            foreach (PeerConfig peer in config.Peers)
                peer.PresharedKey?.Dispose();
        }
    }

    static void DisposeKeys(DeviceStatus status)
    {
        status.PrivateKey?.Dispose();
        foreach (PeerStatus peer in status.Peers)
            peer.PresharedKey?.Dispose();
    }
}
