using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Weft.Config;

namespace Weft.Device;

/// <summary>
/// One configuration client (www.wireguard.com/xplatform): any number of commands, in whatever pieces they come, answered
/// in order. Lives as long as its stream; nothing that a client sends ends more than its own connection.
/// </summary>
sealed class UapiConnection(IUapiDevice device, ILogger logger)
{
    const int ReadSize = 16 << 10;

    /// <summary>Serves until the client closes or goes away.</summary>
    public async Task ServeAsync(Stream stream, CancellationToken cancel)
    {
        UapiCommandReader reader = new();
        byte[] bytes = new byte[ReadSize];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(bytes, cancel).ConfigureAwait(false)) > 0)
            {
                int taken = 0;
                while (TryRead(reader, bytes.AsSpan(0, count), ref taken, out UapiCommand command))
                    await AnswerAsync(stream, command, cancel).ConfigureAwait(false);
            }
            if (reader.TryEnd(out UapiCommand last))
                await AnswerAsync(stream, last, cancel).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            Log.ClientGone(logger, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The device ends.
        }
        finally
        {
            // What came in may have been a private key.
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    static bool TryRead(UapiCommandReader reader, ReadOnlySpan<byte> bytes, ref int taken, out UapiCommand command)
    {
        ReadOnlySpan<byte> rest = bytes[taken..];
        bool complete = reader.TryRead(ref rest, out command);
        taken = bytes.Length - rest.Length;
        return complete;
    }

    async Task AnswerAsync(Stream stream, UapiCommand command, CancellationToken cancel)
    {
        using WipedBufferWriter answer = new();
        switch (command.Kind)
        {
            case UapiCommandKind.Get:
                DeviceStatus status = device.Describe();
                UapiText.WriteStatus(status, answer);
                DisposeKeys(status);
                break;
            case UapiCommandKind.Set:
                UapiText.WriteErrno(Apply(command.Config!), answer);
                break;
            case UapiCommandKind.Refused:
                Log.Refused(logger, command.Reason ?? "not UAPI");
                UapiText.WriteErrno(command.Errno, answer);
                break;
        }
        await stream.WriteAsync(answer.Written, cancel).ConfigureAwait(false);
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
