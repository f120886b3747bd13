using System.Diagnostics;
using System.Globalization;
using System.Text;
using Weft.ScenarioTests.Network;

namespace Weft.ScenarioTests.Kernel;

/// <summary>
/// A machine with a Debian kernel of its own, which has WireGuard as a module: emulated by qemu on a <see cref="Host"/> of the
/// lab, so that it goes with the host. Its file system (<c>scripts/guest</c>) holds our program, Debian's <c>wg</c> and busybox.
/// Commands go over its serial line, one after another.
/// </summary>
sealed class Guest : IDisposable
{
    // Emulated, on a machine that runs three other tests: seconds become minutes.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(180);

    readonly Process _machine;

    Guest(Process machine) => _machine = machine;

    /// <summary>Its wire, on the host; the other end is <c>eth0</c> of the guest.</summary>
    internal const string Tap = "guest0";

    /// <summary>Starts it and returns once it takes commands.</summary>
    internal static Guest Boot(Host host, string folder)
    {
        host.Sh($"ip tuntap add {Tap} mode tap && ip link set {Tap} up");
        // Nice to the tests beside it, some of which keep time.
        string[] machine =
        [
            .. (string[])["nice", "-n", "5"],
            .. (string[])
                ["qemu-system-x86_64", "-nodefaults", "-M", "q35", "-accel", "tcg", "-cpu", "max", "-m", "512"],
            .. (string[])["-display", "none", "-serial", "stdio", "-no-reboot"],
            .. (string[])["-netdev", $"tap,id=wire,ifname={Tap},script=no,downscript=no"],
            .. (string[])["-device", "virtio-net-pci,netdev=wire,romfile="],
            .. (string[])["-kernel", $"{folder}/kernel", "-initrd", $"{folder}/files"],
            .. (string[])["-append", "console=ttyS0 quiet loglevel=1 panic=-1"],
        ];
        Guest guest = new(host.Attach(machine));
        guest.Read("@@ ready");
        return guest;
    }

    /// <summary>Runs a script with the guest's shell; both outputs come back as one. A status other than 0 is an exception.</summary>
    internal string Run(string script)
    {
        CommandResult result = Try(script);
        return result.Succeeded ? result.Output : throw new CommandFailedException("guest", [script], result);
    }

    /// <inheritdoc cref="Run"/>
    internal CommandResult Try(string script)
    {
        _machine.StandardInput.WriteLine(Convert.ToBase64String(Encoding.UTF8.GetBytes(script)));
        _machine.StandardInput.Flush();
        string output = Read("@@ ", out string last);
        int status = int.Parse(last.AsSpan(3), CultureInfo.InvariantCulture);
        return new CommandResult(status, output, "");
    }

    public void Dispose()
    {
        _machine.Kill(entireProcessTree: true);
        _machine.WaitForExit();
        _machine.Dispose();
    }

    void Read(string mark) => Read(mark, out _);

    string Read(string mark, out string last)
    {
        StringBuilder output = new();
        using CancellationTokenSource patience = new(s_patience);
        try
        {
            while (true)
            {
                string? line = _machine.StandardOutput.ReadLineAsync(patience.Token).AsTask().GetAwaiter().GetResult();
                if (line is null)
                {
                    throw new InvalidOperationException(
                        $"The guest ended:\n{output}{_machine.StandardError.ReadToEnd()}"
                    );
                }

                if (line.StartsWith(mark, StringComparison.Ordinal))
                {
                    last = line;
                    // The mark stands after an empty line, in case that the output ends within one.
                    return output.ToString().TrimEnd('\n');
                }

                output.Append(line).Append('\n');
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The guest said nothing more within {s_patience.TotalSeconds} s:\n{output}");
        }
    }
}
