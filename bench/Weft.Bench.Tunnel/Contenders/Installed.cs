using System.ComponentModel;
using System.Diagnostics;

namespace Weft.Bench.Tunnel.Contenders;

/// <summary>What the machine has.</summary>
static class Installed
{
    /// <summary>The first line that a program prints; null when there is no such program.</summary>
    internal static string? FirstLine(string program, string arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            string text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            return text.Trim().Split('\n')[0];
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
