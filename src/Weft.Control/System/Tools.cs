using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Weft.Linux;

namespace Weft.Control;

/// <summary>
/// Programs of the host: finds them where cron's bare PATH does not, runs them to their end, and says so when tracing.
/// Secrets go to none of them.
/// </summary>
sealed class Tools(Action<string> trace)
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    static readonly string[] s_folders =
    [
        "/usr/sbin",
        "/usr/bin",
        "/sbin",
        "/bin",
        "/usr/local/sbin",
        "/usr/local/bin",
    ];

    /// <summary>The program's path; null when the host has none.</summary>
    internal static string? Find(string program)
    {
        return PathFolders()
            .Concat(s_folders)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(IsProgram);
    }

    /// <summary>Runs a program that asks or changes and ends by itself.</summary>
    /// <param name="encoding">Of its input and output, UTF-8 unless given. Latin-1 keeps every byte of a text of others.</param>
    /// <exception cref="OperationFailedException">It cannot be started, or did not end in 30 s and was ended.</exception>
    internal ToolResult Run(
        string program,
        ImmutableArray<string> arguments,
        string input = "",
        Encoding? encoding = null
    )
    {
        trace($"run {string.Join(' ', [program, .. arguments])}");
        foreach (string line in input.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            trace($"    {line}");
        ProcessStartInfo start = new(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = encoding,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        // Answers are read by their words, so they have to be English.
        start.Environment["LC_ALL"] = "C";
        try
        {
            using Process process = Process.Start(start)!;
            return Finish(process, program, input, encoding ?? Encoding.Default);
        }
        catch (Win32Exception e)
        {
            throw new OperationFailedException($"{program} does not start: {e.Message}", null, e);
        }
    }

    /// <summary>
    /// Runs a hook of the user's with the shell, and as wg-quick does it ends at the first command that fails. Its output
    /// is the user's to see, as long as there is a terminal to see it on.
    /// </summary>
    /// <returns>The exit status.</returns>
    /// <exception cref="OperationFailedException">There is no shell.</exception>
    internal int RunHook(string command)
    {
        trace($"run sh -ec {command}");
        string? bash = Find("bash");
        string shell = bash ?? Find("sh") ?? throw new OperationFailedException("There is no shell", null);
        ProcessStartInfo start = new(shell, bash is null ? ["-e"] : ["-e", "-o", "pipefail"]);
        // A hook finds at boot and from cron what it finds at the terminal.
        start.Environment["PATH"] = string.Join(':', [.. PathFolders(), .. s_folders]);
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        Daemon.DropLostStreams();
        using Process process = Process.Start(start)!;
        // However long it takes: a hook may well wait for something, and ending it half-way helps nobody.
        process.WaitForExit();
        return process.ExitCode;
    }

    static IEnumerable<string> PathFolders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted);

    internal static bool IsProgram(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0;

    static ToolResult Finish(Process process, string program, string input, Encoding encoding)
    {
        // Both outputs are drained at once, or a program that fills one pipe would wait for us for ever.
        Task<string> output = Task.Run(() => ReadAll(process.StandardOutput.BaseStream, encoding));
        Task<string> errors = Task.Run(process.StandardError.ReadToEnd);
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit status and error text say why.
        }
        if (!Task.WaitAll([output, errors], s_patience) || !process.WaitForExit(s_patience))
        {
            process.Kill();
            throw new OperationFailedException($"{program} did not end within {s_patience.TotalSeconds:0} s", null);
        }
        return new ToolResult(process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>The process's own reader would take a mark at the beginning for that of another encoding.</summary>
    static string ReadAll(Stream stream, Encoding encoding)
    {
        using StreamReader reader = new(stream, encoding, detectEncodingFromByteOrderMarks: false);
        return reader.ReadToEnd();
    }
}

/// <summary>How a program ended and what it printed.</summary>
readonly record struct ToolResult(int Status, string Output, string Errors)
{
    internal bool Succeeded => Status == 0;

    /// <summary>The first line of its complaint.</summary>
    internal string Complaint
    {
        get
        {
            StringReader reader = new(Errors.Trim());
            return reader.ReadLine() ?? $"status {Status}";
        }
    }
}
