using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Weft.Control;
using Weft.Device;
using Weft.Linux;

namespace Weft.Cli;

/// <summary>
/// <c>weft device NAME</c>: the userspace WireGuard device alone, run the way wireguard-go is run. In the background it
/// starts itself once more and returns when that one's socket answers.
/// </summary>
static class DeviceCommand
{
    internal static Command Create()
    {
        Argument<string> name = new("name") { Description = "The interface to make, for example wg0." };
        name.Validators.Add(result =>
        {
            if (Encoding.UTF8.GetByteCount(result.Tokens[0].Value) > TunDevice.MaxNameLength)
                result.AddError($"The name may have at most {TunDevice.MaxNameLength} bytes: {result.Tokens[0].Value}");
        });
        Option<bool> foreground = new("--foreground", "-f")
        {
            Description = "Stay in front and log to standard error (LOG_LEVEL: verbose, error or silent).",
        };
        Option<bool> noOffloads = new("--no-offloads")
        {
            Description = "Don't let the kernel cut and join packets; slower, for kernels that do it wrong.",
        };
        Option<long> notBefore = new(DaemonCommand.NotBefore)
        {
            Description = "Stamp no handshake with an earlier time (since 1970): for a clock that came up wrong.",
            HelpName = "seconds",
        };
        Option<bool> detached = new("--detached") { Hidden = true };
        Command command = new("device", "Run the userspace WireGuard device alone, until its interface or socket goes.")
        {
            name,
            foreground,
            noOffloads,
            notBefore,
            detached,
        };
        command.SetAction(parsed =>
        {
            DeviceOptions options = new()
            {
                Name = parsed.GetRequiredValue(name),
                Offloads = !parsed.GetValue(noOffloads),
                NotBefore = parsed.GetValue(notBefore),
            };
            if (parsed.GetValue(detached))
                return RunDetached(options);
            // The variable is wireguard-go's, which scripts know.
            bool stay = parsed.GetValue(foreground) || Variable("WG_PROCESS_FOREGROUND") == "1";
            return stay ? Run(options, started: null) : StartInBackground(options);
        });
        return command;
    }

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    static int Run(DeviceOptions options, Action? started)
    {
        StandardErrorLogger logger = new(options.Name, StandardErrorLogger.LevelFrom(Variable("LOG_LEVEL")));
        using DeviceHost host = Make(options, logger);
        using PosixSignalRegistration terminate = On(PosixSignal.SIGTERM);
        using PosixSignalRegistration interrupt = On(PosixSignal.SIGINT);
        using PosixSignalRegistration hangup = On(PosixSignal.SIGHUP);
        return host.Run(Begun) ? 0 : 1;

        void Begun()
        {
            started?.Invoke();
            OwnAssemblies.LoadInBackground();
        }

        PosixSignalRegistration On(PosixSignal signal) =>
            PosixSignalRegistration.Create(
                signal,
                context =>
                {
                    context.Cancel = true;
                    host.End(context.Signal.ToString());
                }
            );
    }

    static int RunDetached(DeviceOptions options)
    {
        Daemon.LeaveSession();
        Environment.CurrentDirectory = "/";
        return Run(
            options,
            started: () =>
            {
                Console.Out.WriteLine(DaemonCommand.Ready);
                Console.Out.Flush();
                Daemon.DropStandardStreams();
            }
        );
    }

    /// <summary>Starts the device in a process of its own. What that one has to say until it is ready goes to our standard error.</summary>
    static int StartInBackground(DeviceOptions options)
    {
        ProcessStartInfo start = DaemonCommand.OwnDevice.For(options.Name);
        start.RedirectStandardOutput = true;
        if (!options.Offloads)
            start.ArgumentList.Add("--no-offloads");
        if (options.NotBefore != 0)
        {
            start.ArgumentList.Add(DaemonCommand.NotBefore);
            start.ArgumentList.Add(options.NotBefore.ToString(CultureInfo.InvariantCulture));
        }
        DaemonCommand.Detach(start);
        using Process? process = Process.Start(start);
        if (process is null)
            throw new OperationFailedException($"{start.FileName}: cannot be started", remedy: null);
        if (process.StandardOutput.ReadLine() == DaemonCommand.Ready)
            return 0;
        process.WaitForExit();
        return process.ExitCode == 0 ? 1 : process.ExitCode;
    }

    static DeviceHost Make(DeviceOptions options, StandardErrorLogger logger)
    {
        try
        {
            return DeviceHost.Create(options, logger);
        }
        catch (KernelRefusedException e)
        {
            throw new OperationFailedException(e.Message, Remedy(e, options), e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new OperationFailedException(e.Message, "Run it as root.", e);
        }
    }

    static string? Remedy(KernelRefusedException refusal, DeviceOptions options) =>
        (refusal.Call, refusal.Error) switch
        {
            ("open", Errno.ENOENT or Errno.ENODEV or Errno.ENXIO) =>
                "Load the kernel's TUN driver (modprobe tun), or give the container the device /dev/net/tun.",
            (_, Errno.EPERM or Errno.EACCES) => "Run it as root, or with the capability CAP_NET_ADMIN.",
            ("TUNSETIFF", Errno.EBUSY) =>
                $"Another program holds the interface {options.Name}; stop that one, or choose another name.",
            ("TUNSETIFF", Errno.EINVAL) =>
                $"{options.Name} is not a name for an interface, or one of another kind has it (ip link show).",
            ("bind", Errno.EADDRINUSE) => $"A device of that name runs already (wg show {options.Name}).",
            _ => null,
        };
}
