using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Weft.Config;
using Weft.Control;

namespace Weft.Mesh;

/// <summary>
/// The system's <c>ssh</c>, with the user's own keys and configuration. Never a question on the terminal: what would need
/// one fails. Each call is a connection of its own, also where the user's configuration shares them: a new connection
/// is what proves that somebody can log in.
/// </summary>
/// <param name="ConfigFile">Instead of <c>~/.ssh/config</c>; null for that.</param>
/// <param name="Trace">Told each command line; no secret is in any.</param>
public sealed record SshClient(string? ConfigFile, Action<string> Trace)
{
    const string Program = "ssh";

    /// <summary>A far end that is gone is noticed by this times three.</summary>
    const int AliveSeconds = 5;

    /// <summary>Starts a command at a site. The caller disposes of it, which ends it.</summary>
    /// <param name="connectSeconds">The most that connecting may take.</param>
    /// <exception cref="OperationFailedException">There is no ssh.</exception>
    internal SshCall Start(SshDestination to, string command, int connectSeconds, bool isCompressed = false)
    {
        ImmutableArray<string> arguments = ArgumentsFor(to, command, connectSeconds, isCompressed);
        Trace($"{Program} {string.Join(' ', arguments)}");
        ProcessStartInfo start = new(Program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Its complaints are told apart by their words.
        start.Environment["LC_ALL"] = "C";
        try
        {
            return new SshCall(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new OperationFailedException(
                $"{Program} does not start: {e.Message}",
                "Install OpenSSH's client.",
                e
            );
        }
    }

    internal ImmutableArray<string> ArgumentsFor(
        SshDestination to,
        string command,
        int connectSeconds,
        bool isCompressed = false
    ) =>
        [
            .. ConfigFile is null ? (string[])[] : ["-F", ConfigFile],
            "-T",
            "-a",
            "-x",
            .. (
                (string[])
                    [
                        "BatchMode=yes",
                        string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={connectSeconds}"),
                        string.Create(CultureInfo.InvariantCulture, $"ServerAliveInterval={AliveSeconds}"),
                        "ServerAliveCountMax=3",
                        "ControlMaster=no",
                        "ControlPath=none",
                        "ClearAllForwardings=yes",
                        "RemoteCommand=none",
                        "PermitLocalCommand=no",
                        .. isCompressed ? (string[])["Compression=yes"] : [],
                    ]
            ).SelectMany(option => (string[])["-o", option]),
            .. to.User is null ? (string[])[] : ["-l", to.User],
            .. to.Port is { } port ? (string[])["-p", port.ToString(CultureInfo.InvariantCulture)] : [],
            "--",
            to.Host,
            command,
        ];
}
