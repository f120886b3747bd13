using System.Diagnostics;
using Weft.Linux;
using Xunit;

namespace Weft.Tests.Linux;

/// <summary>A network namespace of a test's own, named after the process. Needs root; without it the test is skipped.</summary>
sealed class TestNamespace : IDisposable
{
    static int s_count;

    public TestNamespace()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Network namespaces need root.");
        Name = $"weft-t{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
        Ip($"netns add {Name}");
        Ip($"-n {Name} link set lo up");
    }

    public string Name { get; }

    public T Run<T>(Func<T> work) => NetworkNamespace.Run($"/var/run/netns/{Name}", work);

    /// <summary>Runs ip, and answers what it printed; an exit status that is not 0 fails the test.</summary>
    public static string Ip(string arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        string output = process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ip {arguments}: {error}");
        return output;
    }

    public void Dispose() => Ip($"netns del {Name}");
}
