using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>
/// Waits until one of a few descriptors is readable (poll(2)). Keeps them open while it lives; its maker disposes it. One
/// thread.
/// </summary>
public sealed unsafe class Poller : IDisposable
{
    readonly Descriptor[] _descriptors;
    readonly pollfd[] _polls;

    public Poller(params ReadOnlySpan<Descriptor> descriptors)
    {
        _descriptors = descriptors.ToArray();
        _polls = new pollfd[_descriptors.Length];
        for (int i = 0; i < _descriptors.Length; i++)
        {
            bool added = false;
            _descriptors[i].DangerousAddRef(ref added);
            _polls[i] = new pollfd { fd = _descriptors[i].Number, events = Poll.POLLIN };
        }
    }

    /// <summary>Of descriptors.</summary>
    public int Count => _polls.Length;

    /// <summary>Waits; false when the time ran out first.</summary>
    /// <param name="milliseconds">-1 waits for ever.</param>
    public bool Wait(int milliseconds)
    {
        int ready;
        Errno error;
        fixed (pollfd* polls = _polls)
        {
            do ready = Poll.poll(polls, (nuint)_polls.Length, milliseconds);
            while (SystemCall.Interrupted(ready, out error));
        }
        return ready > 0;
    }

    /// <summary>Whether the descriptor at <paramref name="index"/> was readable, or broken, when the last wait ended.</summary>
    public bool IsReady(int index) => _polls[index].revents != 0;

    public void Dispose()
    {
        foreach (Descriptor descriptor in _descriptors)
            descriptor.DangerousRelease();
    }
}
