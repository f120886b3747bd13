using Weft.Control;

namespace Weft.Cli;

/// <summary>A site's file on storage that may come late, as at boot. One wait, of which something may be left afterwards.</summary>
sealed class LateFile(TimeSpan patience, Reporting reporting)
{
    static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(250);

    /// <summary>Sooner than this nobody wonders.</summary>
    static readonly TimeSpan s_untold = TimeSpan.FromSeconds(2);

    readonly long _begun = Environment.TickCount64;

    internal TimeSpan Left
    {
        get
        {
            TimeSpan left = patience - Passed;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    TimeSpan Passed => TimeSpan.FromMilliseconds(Environment.TickCount64 - _begun);

    /// <exception cref="OperationFailedException">It did not come in time, or cannot be read.</exception>
    /// <exception cref="FaultyFileException">It has faults.</exception>
    internal SiteFile Read(string argument)
    {
        bool isTold = false;
        while (!IsThere(argument) && Left > TimeSpan.Zero)
        {
            if (!isTold && Passed > s_untold)
            {
                reporting.Notice($"waiting up to {Left.TotalSeconds:0} s for the file of {argument}");
                isTold = true;
            }
            Thread.Sleep(Left < s_often ? Left : s_often);
        }
        return SiteArguments.Read(argument);
    }

    static bool IsThere(string argument)
    {
        try
        {
            return File.Exists(SiteFile.Locate(argument));
        }
        catch (OperationFailedException)
        {
            // At none of the places where a name is looked for; or no name for an interface, which the reading will say.
            return false;
        }
    }
}
