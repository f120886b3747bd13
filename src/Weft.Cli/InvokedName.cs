using System.Text;

namespace Weft.Cli;

/// <summary>
/// The name that the program was started under, argv[0]. The runtime does not tell: for a program in
/// one file it answers with the path of the file, links resolved, so that <c>wg</c> would always be <c>weft</c>.
/// </summary>
static class InvokedName
{
    /// <summary>argv[0] whole; empty when the system does not say.</summary>
    internal static string Read()
    {
        Span<byte> start = stackalloc byte[4096];
        int length;
        try
        {
            using FileStream file = new("/proc/self/cmdline", FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            length = file.Read(start);
        }
        catch (IOException)
        {
            return "";
        }
        start = start[..length];
        int end = start.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? start : start[..end]);
    }
}
