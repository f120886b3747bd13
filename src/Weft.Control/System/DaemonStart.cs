using System.ComponentModel;
using System.Diagnostics;

namespace Weft.Control;

/// <summary>
/// Starts programs that live on in the background, and returns once they are at work. What else becomes of one is said in
/// words that go on after its name; it is no more then.
/// </summary>
static class DaemonStart
{
    /// <summary>How long the words of one that failed are waited for, since what it left running may hold its pipe.</summary>
    static readonly TimeSpan s_words = TimeSpan.FromSeconds(1);

    /// <summary>Of one of ours, which says a word when it is at work, and stays.</summary>
    /// <returns>Null once it is at work.</returns>
    internal static string? OfOurs(ProcessStartInfo start, TimeSpan patience)
    {
        DaemonCommand.Detach(start);
        return Complaint(
            start,
            patience,
            process =>
            {
                Task<string?> word = Task.Run(process.StandardOutput.ReadLine);
                return word.Wait(patience) ? word.Result == DaemonCommand.Ready : null;
            }
        );
    }

    /// <summary>Of another's, which goes to the background by itself: what was started ends when that one is at work.</summary>
    /// <returns>Null once it is at work.</returns>
    internal static string? OfOthers(ProcessStartInfo start, TimeSpan patience) =>
        Complaint(
            start,
            patience,
            process =>
            {
                _ = Task.Run(process.StandardOutput.ReadToEnd);
                return process.WaitForExit(patience) ? process.ExitCode == 0 : null;
            }
        );

    /// <param name="isAtWork">Null when it is late.</param>
    static string? Complaint(ProcessStartInfo start, TimeSpan patience, Func<Process, bool?> isAtWork)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> words = Task.Run(process.StandardError.ReadToEnd);
            string how;
            switch (isAtWork(process))
            {
                case true:
                    return null;
                case false:
                    process.WaitForExit();
                    how = $"ended with status {process.ExitCode}";
                    break;
                case null:
                    process.Kill();
                    how = $"did not report back within {patience.TotalSeconds:0} s";
                    break;
            }
            return words.Wait(s_words) && words.Result.Trim() is { Length: > 0 } said ? $"{how}: {said}" : how;
        }
        catch (Win32Exception e)
        {
            return $"does not start: {e.Message}";
        }
    }
}
