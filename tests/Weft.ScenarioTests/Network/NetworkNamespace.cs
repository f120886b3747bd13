using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weft.ScenarioTests.Network;

/// <summary>Opens things of the test process inside a host's network. A socket belongs for life to the network it was made in.</summary>
static partial class NetworkNamespace
{
    const int CloneNewNet = 0x40000000;

    /// <summary>Calls <paramref name="make"/> on a thread that has moved to the network of process <paramref name="pid"/>;
    /// the thread ends with the call, so that no other work ever runs on it.</summary>
    internal static T Inside<T>(int pid, Func<T> make)
    {
        T? made = default;
        Exception? fault = null;
        Thread thread = new(() =>
        {
            try
            {
                using SafeFileHandle network = File.OpenHandle($"/proc/{pid}/ns/net");
                if (setns(network, CloneNewNet) != 0)
                {
                    throw new Win32Exception();
                }

                made = make();
            }
            catch (Exception exception) when (exception is Win32Exception or IOException)
            {
                fault = exception;
            }
        });
        thread.Start();
        thread.Join();
        return fault is null ? made! : throw new InvalidOperationException($"network of process {pid}", fault);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(SafeFileHandle descriptor, int kind);
}
