using System.Net.Sockets;
using System.Text;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.WireGuard;

/// <summary>Whose WireGuard device runs.</summary>
public enum Engine
{
    /// <summary><c>weft device</c>.</summary>
    Weft,

    /// <summary>Debian's wireguard-go.</summary>
    Go,
}

/// <summary>Whose <c>wg</c> configures it.</summary>
public enum Tool
{
    /// <summary>Ours.</summary>
    Weft,

    /// <summary>Debian's.</summary>
    Debian,
}

/// <summary>A userspace WireGuard device on a host: a daemon that runs in front, its interface and its UAPI socket.</summary>
sealed class Device
{
    Device(Host host, string name, Running daemon)
    {
        (Host, Name, Daemon) = (host, name, daemon);
    }

    internal Host Host { get; }

    internal string Name { get; }

    internal Running Daemon { get; }

    /// <summary>The UAPI socket as the test process reaches it.</summary>
    internal string SocketPath => $"{Host.Root}/run/wireguard/{Name}.sock";

    /// <summary>Starts the daemon and returns once its UAPI socket answers.</summary>
    internal static Device Start(Host host, Engine engine, string name = "wg0")
    {
        string[] line = engine == Engine.Weft ? [Programs.Weft, "device", name] : [Programs.WireGuardGo, name];
        Dictionary<string, string> environment = new() { ["WG_PROCESS_FOREGROUND"] = "1", ["LOG_LEVEL"] = "verbose" };
        Device device = new(host, name, host.Start(new Command(line) { Environment = environment }));
        Wait.Until(() => device.Daemon.HasExited || device.Answers(), $"{engine} device {name} answers on {host.Name}");
        return device.Daemon.HasExited
            ? throw new CommandFailedException(host.Name, line, device.Daemon.WaitForExit(TimeSpan.FromSeconds(1)))
            : device;
    }

    /// <summary>Whether the UAPI socket answers a <c>get</c> with success.</summary>
    internal bool Answers()
    {
        try
        {
            return Exchange("get=1\n\n"u8).EndsWith("errno=0\n\n", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Sends bytes to the UAPI socket and returns what came back up to an empty line, the end, or one second of silence.</summary>
    internal string Exchange(ReadOnlySpan<byte> request)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = 1000,
            SendTimeout = 1000,
        };
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        StringBuilder answer = new();
        try
        {
            socket.Send(request);
            byte[] buffer = new byte[4096];
            for (int read; !Complete(answer) && (read = socket.Receive(buffer)) > 0; )
            {
                answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
        catch (SocketException fault)
            when (fault.SocketErrorCode
                    is SocketError.TimedOut
                        or SocketError.WouldBlock
                        or SocketError.ConnectionReset
                        or SocketError.Shutdown
            )
        {
            // It hung up or stays silent: what it said is the answer.
        }

        return answer.ToString();
    }

    /// <summary>Replaces the whole configuration, given as a file for <c>wg setconf</c>.</summary>
    internal void SetConf(string text, Tool tool = Tool.Debian) => Wg(tool, text, "setconf", Name, "/dev/stdin");

    /// <summary>Runs <c>wg</c> and returns what it printed.</summary>
    internal string Wg(params string[] arguments) => Wg(Tool.Debian, "", arguments);

    /// <summary>Runs the given <c>wg</c> with standard input and returns what it printed.</summary>
    internal string Wg(Tool tool, string input, params string[] arguments)
    {
        string[] line = [tool == Tool.Weft ? Programs.Wg : Programs.DebianWg, .. arguments];
        CommandResult result = Host.Try(new Command(line) { Input = input });
        return result.Succeeded ? result.Output : throw new CommandFailedException(Host.Name, line, result);
    }

    static bool Complete(StringBuilder answer) => answer.Length >= 2 && answer[^1] == '\n' && answer[^2] == '\n';
}
