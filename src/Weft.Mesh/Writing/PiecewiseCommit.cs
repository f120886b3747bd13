using System.Runtime.InteropServices;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// Puts a staged mesh into an output folder file by file, for folders that cannot be exchanged whole. The commit itself
/// is one rename, of the staged folder to <c>.weft-commit</c> in the output folder: killed before it, the old mesh stands;
/// killed after it, the next run moves what is left into place, so that the mesh is never half one and half the other for
/// longer than until then.
/// </summary>
static class PiecewiseCommit
{
    const string StageName = ".weft-stage";
    const string CommitName = ".weft-commit";

    /// <summary>Where to stage when no folder can be made beside the output folder.</summary>
    internal static string StageIn(string output) => Path.Combine(output, StageName);

    internal static bool IsItsFolder(string name) => name is StageName or CommitName;

    internal static void Run(string stage, string output)
    {
        // Ctrl-C between two renames would leave the rest to the next run; it can wait for a few more.
        static void Hold(PosixSignalContext context) => context.Cancel = true;
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Hold);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hold);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Hold);
        Directory.Move(stage, Path.Combine(output, CommitName));
        Finish(output);
    }

    /// <summary>Brings a commit to its end, if one was begun.</summary>
    internal static void Finish(string output)
    {
        string commit = Path.Combine(output, CommitName);
        if (!Directory.Exists(commit))
            return;
        foreach (string staged in Directory.EnumerateDirectories(commit).ToList())
        {
            string folder = Path.Combine(output, Path.GetFileName(staged));
            if (PathStatus.Of(folder) is null)
            {
                Directory.Move(staged, folder);
                continue;
            }
            foreach (string file in Directory.EnumerateFiles(staged).ToList())
                File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
            // A second name of a file that is in place already stays behind: rename(2) does nothing then.
            Directory.Delete(staged, recursive: true);
        }
        Directory.Delete(commit, recursive: true);
    }
}
