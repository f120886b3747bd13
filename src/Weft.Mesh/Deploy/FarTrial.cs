using Weft.Control;

namespace Weft.Mesh;

/// <summary>
/// A trial at a site as seen from here: what was sent, what the site has said of it, how long it may last. The call stays
/// its owner's. One caller at a time.
/// </summary>
sealed class FarTrial(SshCall call, TimeSpan limit)
{
    Task<FarNews?>? _next;
    long _over = long.MaxValue;

    /// <summary>The file has arrived whole; from then on the site is at work on it.</summary>
    internal bool IsReceived { get; private set; }

    /// <summary>The new state is there.</summary>
    internal bool HasStarted { get; private set; }

    /// <summary>The call is over: nothing more will be heard.</summary>
    internal bool IsSilent { get; private set; }

    /// <summary>The last that the site says; null until then.</summary>
    internal FarNews? Ended { get; private set; }

    /// <summary>What is left of it, counted from when the site had the file: its own time began a little later.</summary>
    internal TimeSpan Left =>
        TimeSpan.FromMilliseconds(Math.Clamp(_over - Environment.TickCount64, 0, limit.TotalMilliseconds));

    internal bool IsOver => Left == TimeSpan.Zero;

    /// <summary>Sends the file, which nobody keeps.</summary>
    /// <exception cref="OperationFailedException">The file is not what it was at the survey.</exception>
    /// <param name="script">What is to run it, where that is a script; it goes before the file.</param>
    internal async Task SendAsync(DeployableMesh mesh, int place, byte[]? script, CancellationToken stop)
    {
        using SecretText text = new();
        mesh.Read(place, text);
        byte[] file = text.Span.ToArray();
        try
        {
            // What cannot be sent shows in what is heard.
            string wish = $"{SiteReceiver.Apply} {file.Length} {limit.TotalSeconds:0}";
            bool isTaken = await call.SendAsync(script is null ? wish : $"{wish} {script.Length}", stop)
                .ConfigureAwait(false);
            if (isTaken && script is not null)
                isTaken = await call.SendAsync(script, stop).ConfigureAwait(false);
            if (isTaken)
                _ = await call.SendAsync(file, stop).ConfigureAwait(false);
        }
        finally
        {
            Array.Clear(file);
        }
    }

    /// <summary>The next that the site says.</summary>
    /// <returns>Null when it says nothing for this long, or never again.</returns>
    internal async Task<FarNews?> HearAsync(TimeSpan patience, CancellationToken stop)
    {
        if (IsSilent)
            return null;
        _next ??= ReadAsync(stop);
        if (await Task.WhenAny(_next, Task.Delay(patience, stop)).ConfigureAwait(false) != _next)
            return null;
        FarNews? news = await _next.ConfigureAwait(false);
        _next = null;
        IsSilent = news is null;
        if (news?.Event == FarNews.Received)
        {
            IsReceived = true;
            _over = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        }
        HasStarted |= news?.Event == FarNews.Started;
        if (news?.Event == FarNews.Ended)
            Ended = news;
        return news;
    }

    async Task<FarNews?> ReadAsync(CancellationToken stop)
    {
        while (await call.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
        {
            if (FarJson.ReadNews(line) is { } news)
                return news;
        }
        return null;
    }
}
