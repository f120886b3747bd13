using Weft.Control;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>The system's refusals of file operations as errors that name what was being done and what to do about it.</summary>
static class FileFault
{
    const int Edquot = 122;
    const int Erofs = 30;

    /// <summary>Does something with files; a refusal becomes an error that begins with <paramref name="failure"/>.</summary>
    /// <param name="failure">What then could not be done, with the path.</param>
    /// <param name="work">What to do.</param>
    /// <param name="cleanUp">What to do after a refusal; its own refusals are swallowed by the first.</param>
    internal static T Named<T>(string failure, Func<T> work, Action? cleanUp = null)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsRefusal(e))
        {
            try
            {
                cleanUp?.Invoke();
            }
            catch (Exception second) when (IsRefusal(second))
            {
                // What could not be written often can't be removed either; the first refusal is the one to tell.
            }
            throw Of(failure, e);
        }
    }

    internal static OperationFailedException Of(string failure, Exception refusal) =>
        new($"{failure}: {refusal.Message}", RemedyFor(refusal), refusal);

    static bool IsRefusal(Exception e) => e is IOException or UnauthorizedAccessException;

    static string RemedyFor(Exception refusal) =>
        (refusal is KernelRefusedException kernel ? (int)kernel.Error : refusal.HResult & 0xffff) switch
        {
            (int)Errno.ENOSPC or Edquot => "Free some space and run it again; nothing was changed.",
            Erofs => "Choose a folder that can be written to; nothing was changed.",
            _ when refusal is UnauthorizedAccessException =>
                "Run it as its owner, or choose another; nothing was changed.",
            _ => "Mend that and run it again; nothing was changed.",
        };
}
