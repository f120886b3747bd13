namespace Weft.Control;

/// <summary>
/// A change to a file that dnsmasq reads. It must never take the host's names down: dnsmasq judges its files before it is
/// started anew, and what it refuses, or does not come back with, goes back to what was there.
/// </summary>
/// <param name="dnsmasq">Which reads it; null when there is none.</param>
/// <param name="tools">Run it.</param>
/// <param name="reporting">Told of the restart.</param>
sealed class DnsmasqChange(Dnsmasq? dnsmasq, Tools tools, Reporting reporting)
{
    /// <param name="path">The file.</param>
    /// <param name="before">Its text now; null when it is not there.</param>
    /// <param name="wanted">Its text to be; null to remove it.</param>
    /// <exception cref="OperationFailedException">It cannot be; what was there stands.</exception>
    internal void Make(string path, string? before, string? wanted)
    {
        string? fault = dnsmasq?.Fault(tools);
        if (fault is not null && wanted is not null)
            throw new OperationFailedException(
                $"dnsmasq's own files are faulty, so it is not told the sites' names: {fault}",
                "Mend them ('dnsmasq --test' judges them), and start again."
            );
        Write(path, wanted);
        if (dnsmasq is null)
            return;
        if (fault is not null)
        {
            reporting.Warning(
                $"{path} is removed, but dnsmasq's other files are faulty, so it runs on as it is: {fault}"
            );
            return;
        }
        if (wanted is not null && dnsmasq.Fault(tools) is { } complaint)
        {
            Write(path, before);
            throw new OperationFailedException(
                $"dnsmasq refuses the sites' names, so it is as before: {complaint}",
                null
            );
        }
        try
        {
            dnsmasq.Restart(tools, reporting);
        }
        catch (OperationFailedException e)
        {
            Write(path, before);
            BringBack();
            throw new OperationFailedException(
                $"{e.Message}; {path} is as before",
                "See what dnsmasq says in the log.",
                e
            );
        }
    }

    void BringBack()
    {
        try
        {
            dnsmasq!.Restart(tools, reporting);
        }
        catch (OperationFailedException e)
        {
            reporting.Warning($"{e.Message}, with its files as they were either");
        }
    }

    static void Write(string path, string? text)
    {
        try
        {
            TextFile.Replace(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationFailedException(
                $"dnsmasq is not told the sites' names: {path}: {e.Message}",
                "Is its folder read-only? Without it, names of the other sites do not resolve here.",
                e
            );
        }
    }
}
