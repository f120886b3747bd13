using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Weft.ScenarioTests.Network;

/// <summary>
/// A program running on a host. Its outputs are gathered as they come. The host owns it; the test may end it sooner.
/// Two processes are behind it: <c>nsenter</c> outside, and its child, the program itself, inside.
/// </summary>
sealed partial class Running : IDisposable
{
    const int Terminate = 15;
    const int Kill9 = 9;

    readonly string _host;
    readonly Command _command;
    readonly Process _process;
    readonly Action<string> _note;
    readonly StringBuilder _output = new();
    readonly StringBuilder _errors = new();
    bool _noted;
    bool _disposed;

    internal Running(string host, Command command, string[] prefix, Action<string> note)
    {
        (_host, _command, _note) = (host, command, note);
        ProcessStartInfo start = new(prefix[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])[.. prefix[1..], .. command.Line])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            _process.StandardInput.Write(command.Input);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading what it was given, which is its own affair.
        }
    }

    internal bool HasExited => _process.HasExited;

    internal string Output => Read(_output);

    internal string Errors => Read(_errors);

    /// <summary>The program's own process id as seen from outside the host.</summary>
    internal int Pid
    {
        get
        {
            string parent = _process.Id.ToString(CultureInfo.InvariantCulture);
            string[] children = [];
            Wait.Until(
                () => (children = Children(parent)).Length > 0 || _process.HasExited,
                $"{_command.Line[0]} on {_host} runs"
            );
            return int.Parse(children[0], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Waits for the end; a program that takes longer is killed and is an exception.</summary>
    internal CommandResult WaitForExit(TimeSpan timeout)
    {
        if (!_process.WaitForExit(timeout))
        {
            Kill();
            throw new TimeoutException(
                $"{_host}: {string.Join(' ', _command.Line)} still ran after {timeout.TotalSeconds} s\n{Output}\n{Errors}"
            );
        }

        // A daemon that it left behind may hold the outputs open: then what was printed up to now has to do.
        using (CancellationTokenSource patience = new(TimeSpan.FromSeconds(1)))
        {
            _ = Task.WhenAny(_process.WaitForExitAsync(patience.Token)).GetAwaiter().GetResult();
        }

        CommandResult result = new(_process.ExitCode, Output, Errors);
        NoteOnce();
        return result;
    }

    /// <summary>Asks the program to end (SIGTERM) and waits until it has.</summary>
    internal CommandResult Stop()
    {
        Signal(Terminate);
        return WaitForExit(TimeSpan.FromSeconds(10));
    }

    /// <summary>Ends the program without asking (SIGKILL), as a crash would.</summary>
    internal void Kill()
    {
        Signal(Kill9);
        _process.WaitForExit(TimeSpan.FromSeconds(10));
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            Kill();
        }

        NoteOnce();
        _process.Dispose();
    }

    void Signal(int signal)
    {
        if (!_process.HasExited && Children(_process.Id.ToString(CultureInfo.InvariantCulture)) is [var child, ..])
        {
            _ = kill(int.Parse(child, CultureInfo.InvariantCulture), signal);
        }
    }

    static string[] Children(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/task/{pid}/children")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    void NoteOnce()
    {
        if (_noted)
        {
            return;
        }

        _noted = true;
        string status = _process.HasExited ? $"status {_process.ExitCode}" : "running";
        _note($"$ {string.Join(' ', _command.Line)}   ({status})\n{Output}{Errors}".TrimEnd());
    }

    static void Append(StringBuilder builder, string? line)
    {
        if (line is not null)
        {
            lock (builder)
            {
                builder.Append(line).Append('\n');
            }
        }
    }

    static string Read(StringBuilder builder)
    {
        lock (builder)
        {
            return builder.ToString();
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
