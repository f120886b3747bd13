using System.Collections.Immutable;
using System.Text;

namespace Weft.Control;

/// <summary>
/// What is to be written for a boot. First all of it is planned, with every objection; then it is done. What stands there
/// already is no work. Files are written whole or not at all.
/// </summary>
/// <param name="root">The folder that is the host's root; <c>/</c> for this host.</param>
sealed class BootWork(string root, Tools tools, Reporting reporting)
{
    /// <summary>Every file of ours says so in one of its first lines.</summary>
    internal const string Mark = "Written by 'weft install'; 'weft uninstall' removes it.";

    const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Runnable =
        Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    readonly List<(BootChange Change, Action Do)> _plan = [];

    internal bool IsThisHost => root == "/";

    /// <summary>A plan of its own for the same host.</summary>
    internal BootWork Another() => new(root, tools, reporting);

    internal bool IsEmpty => _plan.Count == 0;

    internal ImmutableArray<BootChange> Changes => [.. _plan.Select(p => p.Change)];

    /// <summary>Where a path of the booted host is now.</summary>
    internal string Inside(string path) => IsThisHost ? path : root + path;

    internal void Do()
    {
        foreach ((BootChange change, Action work) in _plan)
        {
            reporting.Step($"{change.What} {change.Where}");
            try
            {
                work();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new OperationFailedException(
                    $"{change.Where}: {e.Message}",
                    "Make room and rights for it, and run it again: what is written already is passed over.",
                    e
                );
            }
        }
    }

    /// <summary>A file of ours, text and all.</summary>
    /// <param name="also">Texts without our mark that are ours as well.</param>
    /// <exception cref="OperationFailedException">One is there that is not ours.</exception>
    internal void Put(string path, string text, bool isProgram = false, params string[] also)
    {
        string? there = Read(path);
        UnixFileMode mode = isProgram ? Runnable : Readable;
        if (there == text && File.GetUnixFileMode(Inside(path)) == mode)
            return;
        if (there is not null && !IsOurs(there) && there != text && !also.Contains(there))
        {
            throw new OperationFailedException(
                $"{Inside(path)} is there, and not by 'weft install'",
                "See what it is for; if it is not needed, move it away and run this again."
            );
        }
        Plan("write", path, () => Write(path, Encoding.UTF8.GetBytes(text), mode), text);
    }

    /// <summary>Removes a file if it is ours.</summary>
    internal void Remove(string path, params string[] also)
    {
        if (Read(path) is not { } there)
            return;
        if (IsOurs(there) || also.Contains(there))
            Plan("remove", path, () => File.Delete(Inside(path)));
        else
            reporting.Notice($"{Inside(path)} is left alone: it is not by 'weft install'");
    }

    internal void Link(string path, string target)
    {
        if (new FileInfo(Inside(path)).LinkTarget == target)
            return;
        Plan(
            "link",
            path,
            () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Inside(path))!);
                File.Delete(Inside(path));
                File.CreateSymbolicLink(Inside(path), target);
            },
            target
        );
    }

    internal void Unlink(string path)
    {
        if (new FileInfo(Inside(path)).LinkTarget is not null)
            Plan("remove", path, () => File.Delete(Inside(path)));
    }

    /// <summary>Copies a file as it is; a site's file stays its owner's alone.</summary>
    internal void Copy(string from, string path, bool isProgram)
    {
        if (File.Exists(Inside(path)) && Same(from, Inside(path)))
            return;
        if (isProgram)
            Plan("copy", path, () => Write(path, File.ReadAllBytes(from), Runnable));
        else
            Plan(
                "copy",
                path,
                () => Write(path, File.ReadAllBytes(from), UnixFileMode.UserRead | UnixFileMode.UserWrite)
            );
    }

    internal void RemoveProgram(string path)
    {
        if (File.Exists(Inside(path)))
            Plan("remove", path, () => File.Delete(Inside(path)));
    }

    /// <summary>Changes a text that others write too; one that is not there is empty.</summary>
    internal void Edit(string path, Func<string, string> change)
    {
        string there = Read(path) ?? "";
        string wanted = Named(path, () => change(there));
        if (wanted == there)
            return;
        UnixFileMode mode = File.Exists(Inside(path)) ? File.GetUnixFileMode(Inside(path)) : Readable;
        Plan("write", path, () => Write(path, Encoding.UTF8.GetBytes(wanted), mode), wanted);
    }

    /// <summary>The same for a variable of a router's nvram.</summary>
    /// <param name="most">Characters that it takes.</param>
    /// <returns>Whether there is something to change.</returns>
    /// <exception cref="OperationFailedException">It would not fit, or there is no nvram.</exception>
    internal bool EditNvram(string variable, int most, Func<string, string> change)
    {
        string nvram = Nvram();
        string there = GetNvram(nvram, variable);
        string wanted = Named($"nvram {variable}", () => change(there));
        if (wanted == there)
            return false;
        if (Encoding.UTF8.GetByteCount(wanted) > most)
        {
            throw new OperationFailedException(
                $"nvram {variable} takes {most} characters, and would have {Encoding.UTF8.GetByteCount(wanted)}",
                "Move some of what stands there into a file on /jffs, and call that."
            );
        }
        Plan("write", $"nvram:{variable}", () => SetNvram(nvram, variable, there, wanted), wanted);
        return true;
    }

    /// <summary>FreshTomato's tool ends well also when the nvram had no room, so only what it gives back counts.</summary>
    void SetNvram(string nvram, string variable, string there, string wanted)
    {
        RunTool(nvram, ["set", $"{variable}={wanted}"]);
        if (GetNvram(nvram, variable) == wanted)
            return;
        RunTool(nvram, ["set", $"{variable}={there}"]);
        throw new OperationFailedException(
            $"nvram did not take {variable}, so nothing is committed",
            "Is it full? 'nvram show' ends with what is free."
        );
    }

    /// <summary>Empty for one that is not set, whatever the tool's exit status.</summary>
    string GetNvram(string nvram, string variable)
    {
        // The tool ends the line; the value is the rest.
        string said = tools.Run(nvram, ["get", variable]).Output;
        return said.EndsWith('\n') ? said[..^1] : said;
    }

    internal void CommitNvram() => Plan("run", "nvram commit", () => RunTool(Nvram(), ["commit"]));

    /// <summary>A command of this host; nothing is run for an image.</summary>
    internal void Run(string program, params ImmutableArray<string> arguments)
    {
        if (IsThisHost && Tools.Find(program) is { } found)
            Plan("run", string.Join(' ', [program, .. arguments]), () => RunTool(found, arguments));
    }

    /// <summary>Null when there is no such file.</summary>
    internal string? Read(string path) => File.Exists(Inside(path)) ? File.ReadAllText(Inside(path)) : null;

    /// <summary>The names in a folder; none when there is no such folder.</summary>
    internal IEnumerable<string> Files(string folder) =>
        Directory.Exists(Inside(folder)) ? Directory.GetFiles(Inside(folder)).Select(f => Path.GetFileName(f)) : [];

    static bool IsOurs(string text) => text.Contains(Mark, StringComparison.Ordinal);

    static string Nvram() =>
        Tools.Find("nvram")
        ?? throw new OperationFailedException(
            "there is no nvram here, so this is no Tomato",
            "Run it on the router, or name another --platform."
        );

    void Plan(string what, string where, Action work, string? text = null) =>
        _plan.Add((new BootChange(what, where.StartsWith('/') ? Inside(where) : where, text), work));

    void RunTool(string program, ImmutableArray<string> arguments)
    {
        ToolResult result = tools.Run(program, arguments);
        if (!result.Succeeded)
            throw new OperationFailedException(
                $"{Path.GetFileName(program)} {arguments[0]}: {result.Complaint}",
                "Run it again when that is settled: what is written already is passed over."
            );
    }

    void Write(string path, byte[] content, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Inside(path))!);
        PrivateFile.Write(Inside(path), content, isDurable: true, mode);
    }

    static string Named(string place, Func<string> change)
    {
        try
        {
            return change();
        }
        catch (OperationFailedException e)
        {
            throw new OperationFailedException($"{place}: {e.Message}", e.Remedy, e);
        }
    }

    static bool Same(string one, string other)
    {
        using FileStream first = File.OpenRead(one);
        using FileStream second = File.OpenRead(other);
        if (first.Length != second.Length)
            return false;
        byte[] left = new byte[1 << 16];
        byte[] right = new byte[1 << 16];
        int read;
        while ((read = first.ReadAtLeast(left, left.Length, throwOnEndOfStream: false)) > 0)
        {
            second.ReadExactly(right, 0, read);
            if (!left.AsSpan(0, read).SequenceEqual(right.AsSpan(0, read)))
                return false;
        }
        return true;
    }
}
