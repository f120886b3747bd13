using System.Runtime.ExceptionServices;
using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// Work inside another network namespace. It runs on a thread of its own that ends with it, so that no pooled thread
/// can be left in the wrong place; descriptors that it opens stay there for good (network_namespaces(7)).
/// </summary>
public static class NetworkNamespace
{
    /// <summary>Runs <paramref name="work"/> in a namespace named by a file, as <c>ip netns</c> makes under /var/run/netns.</summary>
    /// <exception cref="KernelRefusedException">The file is missing or entering is not permitted.</exception>
    public static T Run<T>(string path, Func<T> work)
    {
        using Descriptor target = new(
            SystemCall.Check(Fcntl.open(path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC), "open", path)
        );
        return Run(target, path, work);
    }

    internal static T Run<T>(Descriptor target, string description, Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                SystemCall.Check(Sched.setns(target, Sched.CLONE_NEWNET), "setns", description);
                result = work();
            }
            catch (Exception e)
            {
                // Nothing may escape a thread's entry; it is thrown again on the caller's.
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        {
            Name = "netns",
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
