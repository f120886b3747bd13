using System.ComponentModel;
using System.Diagnostics;

namespace Weft.Mesh;

/// <summary>
/// Runs the user's hooks of a link's changes, one after the other, beside the watching. What happened is told in variables
/// (<c>WEFT_…</c>) and never becomes part of a command. A hook has half a minute. Owned by a <see cref="SiteWatch"/>.
/// </summary>
sealed class LinkHooks(WatchLog log)
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Past this, changes come faster than the hooks take them, and the latest are left out.</summary>
    const int Longest = 100;

    readonly Lock _gate = new();
    Task _last = Task.CompletedTask;
    int _waiting;

    internal void Run(IEnumerable<string> hooks, HookNews news)
    {
        foreach (string hook in hooks)
        {
            lock (_gate)
            {
                if (_waiting >= Longest)
                {
                    log.Warning($"hook not run, since {Longest} others wait: {hook}");
                    continue;
                }
                _waiting++;
                _last = RunAfter(_last, hook, news);
            }
        }
    }

    /// <summary>Until every hook has ended or was ended.</summary>
    internal void WaitForAll() => _last.Wait();

    async Task RunAfter(Task before, string hook, HookNews news)
    {
        await before.ConfigureAwait(false);
        try
        {
            await RunOne(hook, news).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            log.Warning($"hook cannot be run: {hook}: {e.Message}");
        }
        finally
        {
            lock (_gate)
                _waiting--;
        }
    }

    async Task RunOne(string hook, HookNews news)
    {
        ProcessStartInfo start = new("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(hook);
        foreach ((string name, string value) in news.Variables())
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        // Read and dropped, so that a hook that prints a lot does not wait for ever; it may leave a process that holds them.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Task ended = WaitForEnd(process);
        if (await Task.WhenAny(ended, Task.Delay(s_patience)).ConfigureAwait(false) != ended)
        {
            process.Kill(entireProcessTree: true);
            log.Warning($"hook ended after {s_patience.TotalSeconds:0} s: {hook}");
        }
        else if (process.ExitCode != 0)
        {
            log.Warning($"hook ended with status {process.ExitCode}: {hook}");
        }
    }

    /// <summary>The process alone: its outputs may be held open by one that it left behind.</summary>
    static Task WaitForEnd(Process process)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ended.TrySetResult();
        if (process.HasExited)
            ended.TrySetResult();
        return ended.Task;
    }
}

/// <summary>What a hook is told.</summary>
/// <param name="Interface">Such as <c>wg0</c>.</param>
/// <param name="Site">This site's name.</param>
/// <param name="Peer">The peer's name.</param>
/// <param name="Key">The peer's public key.</param>
/// <param name="Event"><c>down</c> or <c>up</c>.</param>
/// <param name="Reason">In words.</param>
readonly record struct HookNews(string Interface, string? Site, string? Peer, string Key, string Event, string Reason)
{
    internal IEnumerable<(string Name, string Value)> Variables() =>
        [
            ("WEFT_INTERFACE", Interface),
            ("WEFT_SITE", Site ?? ""),
            ("WEFT_PEER", Peer ?? ""),
            ("WEFT_PEER_KEY", Key),
            ("WEFT_EVENT", Event),
            ("WEFT_REASON", Reason),
        ];
}
