using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Weft.Config;
using Weft.Linux;

namespace Weft.Control;

/// <summary>
/// The userspace WireGuard devices of this host, of whatever make, driven over UAPI: one connection per call, closed
/// when the call ends. Any thread.
/// </summary>
/// <param name="folder">Where the sockets are.</param>
/// <param name="patience">
/// How long a device may take for a piece of its answer; ten times that for all of it. Thirty seconds unless given: a
/// device with 100,000 prefixes to take in may well think for some.
/// </param>
public sealed class UapiDevices(string folder = UapiDevices.Folder, TimeSpan? patience = null) : IDeviceControl
{
    /// <summary>Where every userspace device has its socket.</summary>
    public const string Folder = "/var/run/wireguard";

    const string Suffix = ".sock";
    const string RestartIt = "Restart the site (weft restart), which ends a device that hangs.";

    readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(30);

    /// <summary>The names of the devices that answer, in the order of the folder.</summary>
    public ImmutableArray<string> List()
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        if (!Directory.Exists(folder))
            return [];
        foreach (string path in Directory.EnumerateFiles(folder, "*" + Suffix))
        {
            string name = Path.GetFileName(path)[..^Suffix.Length];
            if (Exists(name))
                names.Add(name);
        }
        return names.DrainToImmutable();
    }

    /// <summary>Whether a device of that name answers.</summary>
    public bool Exists(string name)
    {
        try
        {
            if (!IsName(name))
                return false;
            UnixConnection.Open(SocketOf(name), _patience).Dispose();
            return true;
        }
        catch (KernelRefusedException)
        {
            return false;
        }
    }

    /// <summary>Whether there is a socket of that name, without a word to it.</summary>
    internal bool Serves(string name) => IsName(name) && File.Exists(SocketOf(name));

    /// <inheritdoc/>
    public DeviceStatus Get(string name)
    {
        using UnixConnection device = Connect(name);
        Send(device, name, sender => sender.Write(UapiText.GetCommand));
        return Receive(device, name, "read").Status!;
    }

    /// <inheritdoc/>
    public void Set(string name, DeviceConfig config)
    {
        using UnixConnection device = Connect(name);
        Send(device, name, sender => UapiText.WriteSet(config, sender, InterfaceNames.Find));
        Receive(device, name, "changed");
    }

    UnixConnection Connect(string name)
    {
        if (!IsName(name))
            throw new DeviceNotFoundException(name);
        try
        {
            return UnixConnection.Open(SocketOf(name), _patience);
        }
        catch (KernelRefusedException e)
        {
            throw e.Error switch
            {
                Errno.EACCES or Errno.EPERM => new OperationFailedException(e.Message, "Run it as root.", e),
                Errno.EAGAIN => TimedOut(name, e),
                _ => new DeviceNotFoundException(name),
            };
        }
    }

    void Send(UnixConnection device, string name, Action<UapiSender> write)
    {
        using UapiSender sender = new(device);
        try
        {
            write(sender);
            sender.Flush();
        }
        catch (KernelRefusedException e)
        {
            throw Broken(name, e);
        }
    }

    UapiReplyReader Receive(UnixConnection device, string name, string done)
    {
        UapiReplyReader reader = new(name);
        byte[] buffer = new byte[64 << 10];
        long deadline = Environment.TickCount64 + 10 * (long)_patience.TotalMilliseconds;
        try
        {
            while (true)
            {
                int length = device.Receive(buffer);
                if (length == 0)
                    throw HungUp(name);
                if (reader.TryRead(buffer.AsSpan(0, length)))
                    break;
                if (Environment.TickCount64 > deadline)
                    throw new OperationFailedException(
                        $"{name}: the device did not come to the end of its answer within {10 * _patience.TotalSeconds:0.#} s",
                        RestartIt
                    );
            }
        }
        catch (KernelRefusedException e)
        {
            throw Broken(name, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
        if (reader.Fault is { } fault)
            throw new OperationFailedException($"{name}: {fault}", "Is it a WireGuard device that answers there?");
        if (reader.Errno != 0)
            throw Refused(name, done, reader.Errno);
        return reader;
    }

    Exception Broken(string name, KernelRefusedException e) =>
        e.Error switch
        {
            Errno.EAGAIN => TimedOut(name, e),
            Errno.ECONNRESET or Errno.EPIPE => HungUp(name),
            _ => new OperationFailedException($"{name}: the connection to the device broke: {e.Message}", null, e),
        };

    /// <summary>A device that ends closes its door before it lets its clients go: if the door is shut, there is none any more.</summary>
    Exception HungUp(string name) =>
        Exists(name)
            ? new OperationFailedException($"{name}: the device closed the connection half-way", null)
            : new DeviceNotFoundException(name);

    OperationFailedException TimedOut(string name, KernelRefusedException cause) =>
        new($"{name}: the device did not answer within {_patience.TotalSeconds:0.#} s", RestartIt, cause);

    static OperationFailedException Refused(string name, string done, int errno) =>
        new(
            $"{name}: cannot be {done}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)}",
            errno == UapiErrno.AddressInUse ? "Choose another listen port; something holds this one." : null
        );

    string SocketOf(string name) => Path.Combine(folder, name + Suffix);

    /// <summary>What the kernel takes for an interface's name; so it cannot lead out of the folder either.</summary>
    internal static bool IsName(string name) =>
        name.Length is > 0 and < 16 && name is not ("." or "..") && !name.Any(c => c == '/' || char.IsWhiteSpace(c));
}
