using System.Runtime.InteropServices;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// A site as the near end can reach it: the calls that a deployment makes, each a connection of its own, and what came of
/// them. Keeps nothing between them. Any thread.
/// </summary>
sealed class SiteCalls(MeshSite site, SshClient ssh, DeployOptions options, SemaphoreSlim slots)
{
    /// <summary>Lines that a login may print before ours.</summary>
    const int MostNoise = 500;
    const int ConfirmConnectSeconds = 5;
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan s_installPatience = TimeSpan.FromMinutes(10);

    internal SshDestination Destination { get; } = site.Ssh ?? new SshDestination(null, site.Name, null);

    /// <summary>Asks what runs there. The call stays open, for the file to follow.</summary>
    internal async Task<Answer> GreetAsync(int connectSeconds, CancellationToken stop)
    {
        Answer answer = await GreetAsync(FarScript.Receive(site.Folder), null, connectSeconds, stop)
            .ConfigureAwait(false);
        if (!answer.HasWg)
            return answer;
        byte[] receiver = SiteScript.Receiver();
        string command = FarScript.ByScript(site.Folder, receiver.Length, "receive");
        Answer byScript = await GreetAsync(command, receiver, connectSeconds, stop).ConfigureAwait(false);
        // Where weft may run and no script does, that is what belongs there.
        if (!answer.IsMissing || byScript.Greeting is not { Script: null })
            return byScript;
        byScript.Call?.Dispose();
        return answer;
    }

    async Task<Answer> GreetAsync(string command, byte[]? input, int connectSeconds, CancellationToken stop)
    {
        using IDisposable slot = await TakeSlotAsync(stop).ConfigureAwait(false);
        SshCall call = ssh.Start(Destination, command, connectSeconds);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        try
        {
            if (input is not null)
                _ = await call.SendAsync(input, patience.Token).ConfigureAwait(false);
            Answer answer = await ReadGreetingAsync(call, patience.Token).ConfigureAwait(false);
            if (answer.Call is null)
                call.Dispose();
            return answer;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            call.Dispose();
            return new Answer(DeployOutcome.Unreachable, NoAnswer);
        }
    }

    /// <summary>Says the word over a new connection.</summary>
    /// <param name="byScript">The site is run by wg.sh.</param>
    /// <returns>Null when it was heard; else why not, and whether the site itself said so.</returns>
    internal Task<(SshFault Fault, bool IsFar)?> ConfirmAsync(bool byScript, CancellationToken stop)
    {
        if (!byScript)
            return RunAsync(FarScript.Confirm(site.Folder), null, stop);
        byte[] receiver = SiteScript.Receiver();
        return RunAsync(FarScript.ByScript(site.Folder, receiver.Length, "confirm"), receiver, stop);
    }

    /// <summary>Whether somebody can log in there now.</summary>
    internal async Task<bool> AnswersAsync(CancellationToken stop) =>
        await RunAsync(FarScript.Knock, null, stop).ConfigureAwait(false) is null;

    /// <summary>Puts this program there.</summary>
    /// <returns>Null when it is in its place.</returns>
    internal async Task<SshFault?> InstallAsync(string program, CancellationToken stop)
    {
        using IDisposable slot = await TakeSlotAsync(stop).ConfigureAwait(false);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_installPatience);
        using FileStream file = new(program, FileMode.Open, FileAccess.Read, FileShare.Read);
        string command = FarScript.Install(site.Folder, file.Length);
        using SshCall call = ssh.Start(Destination, command, options.ConnectSeconds, isCompressed: true);
        try
        {
            byte[] piece = new byte[1 << 16];
            int length;
            bool isTaken = true;
            while (isTaken && (length = await file.ReadAsync(piece, patience.Token).ConfigureAwait(false)) > 0)
                isTaken = await call.SendAsync(piece.AsMemory(0, length), patience.Token).ConfigureAwait(false);
            int status = await call.EndAsync(patience.Token).ConfigureAwait(false);
            while (await call.ReadLineAsync(patience.Token).ConfigureAwait(false) is { } line)
            {
                if (line.StartsWith(FarScript.Installed, StringComparison.Ordinal))
                    return null;
            }
            return SshFault.Of(status, await call.ComplaintAsync().ConfigureAwait(false), Destination);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new SshFault("the program did not arrive within ten minutes", "Bring it by hand: scp.");
        }
    }

    SshFault NoAnswer => new("it did not answer within 30 s", $"Look at it: {SshFault.LoginOf(Destination)}.");

    async Task<Answer> ReadGreetingAsync(SshCall call, CancellationToken stop)
    {
        string? missing = null;
        for (int i = 0; i < MostNoise; i++)
        {
            if (await call.ReadLineAsync(stop).ConfigureAwait(false) is not { } line)
                break;
            if (line.StartsWith(FarScript.Missing, StringComparison.Ordinal))
                missing = FarText.Shown(line[FarScript.Missing.Length..]);
            if (FarJson.ReadGreeting(line) is not { } greeting)
                continue;
            return greeting.Weft == FarGreeting.CurrentProtocol
                ? new Answer(greeting, call)
                : new Answer(
                    DeployOutcome.Refused,
                    Other($"the weft there ({FarText.Shown(greeting.Version)}) is another one")
                );
        }
        int status = await call.EndAsync(stop).ConfigureAwait(false);
        string complaint = await call.ComplaintAsync().ConfigureAwait(false);
        if (missing?.Split(' ') is [string machine, .. string[] wg])
            return machine == OwnMachine
                ? new Answer(DeployOutcome.Refused, Other("there is no weft there"))
                {
                    IsMissing = true,
                    HasWg = wg.Length > 0,
                }
                : new Answer(
                    DeployOutcome.Refused,
                    new SshFault(
                        $"there is no weft there, this one does not run on its {machine}, and wg.sh would need wg",
                        "Install wireguard-tools there, or bring it a weft for its machine by hand."
                    )
                )
                {
                    HasWg = wg.Length > 0,
                };
        if (complaint.Contains("'receive'", StringComparison.Ordinal))
            return new Answer(DeployOutcome.Refused, Other("the weft there is too old to be deployed to"))
            {
                IsOld = true,
            };
        return new Answer(
            status == SshFault.NoConnection ? DeployOutcome.Unreachable : DeployOutcome.Refused,
            SshFault.Of(status, complaint, Destination)
        );
    }

    /// <summary>As <c>uname -m</c> has it.</summary>
    static string OwnMachine =>
        RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x86_64",
            Architecture.Arm64 => "aarch64",
            Architecture other => other.ToString().ToLowerInvariant(),
        };

    SshFault Other(string text) => new(text, $"Bring it this one: weft deploy --program {site.Name}.");

    async Task<(SshFault Fault, bool IsFar)?> RunAsync(string command, byte[]? input, CancellationToken stop)
    {
        using IDisposable slot = await TakeSlotAsync(stop).ConfigureAwait(false);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        using SshCall call = ssh.Start(Destination, command, ConfirmConnectSeconds);
        try
        {
            if (input is not null)
                _ = await call.SendAsync(input, patience.Token).ConfigureAwait(false);
            int status = await call.EndAsync(patience.Token).ConfigureAwait(false);
            if (status == 0)
                return null;
            string complaint = await call.ComplaintAsync().ConfigureAwait(false);
            return (SshFault.Of(status, complaint, Destination), status != SshFault.NoConnection);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (NoAnswer, false);
        }
    }

    async Task<IDisposable> TakeSlotAsync(CancellationToken stop)
    {
        await slots.WaitAsync(stop).ConfigureAwait(false);
        return new Slot(slots);
    }

    sealed class Slot(SemaphoreSlim slots) : IDisposable
    {
        public void Dispose() => slots.Release();
    }
}

/// <summary>What came of asking a site. With a greeting there is a call, which is the caller's.</summary>
sealed record Answer(FarGreeting? Greeting, SshCall? Call, DeployOutcome Outcome, SshFault Fault)
{
    internal Answer(FarGreeting greeting, SshCall call)
        : this(greeting, call, default, default) { }

    internal Answer(DeployOutcome outcome, SshFault fault)
        : this(null, null, outcome, fault) { }

    /// <summary>There is no weft.</summary>
    internal bool IsMissing { get; init; }

    /// <summary>There is no weft, but what <c>wg.sh</c> needs.</summary>
    internal bool HasWg { get; init; }

    /// <summary>There is one that cannot be deployed to.</summary>
    internal bool IsOld { get; init; }
}
