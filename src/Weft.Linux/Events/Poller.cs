using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>What to wait for at a descriptor: bytes to read or, with <paramref name="ToWrite"/>, room to write.</summary>
public readonly record struct Interest(Descriptor Descriptor, bool ToWrite);

/// <summary>
/// Waits until one of a few descriptors is ready (poll(2)). Keeps them open while it lives; its maker disposes it. One
/// thread.
/// </summary>
public sealed unsafe class Poller : IDisposable
{
    readonly Descriptor[] _descriptors;
    readonly pollfd[] _polls;

    /// <summary>Waits for bytes to read at any of them.</summary>
    public Poller(params ReadOnlySpan<Descriptor> descriptors)
        : this(descriptors.Length)
    {
        for (int i = 0; i < descriptors.Length; i++)
            Add(i, new Interest(descriptors[i], ToWrite: false));
    }

    public Poller(params ReadOnlySpan<Interest> interests)
        : this(interests.Length)
    {
        for (int i = 0; i < interests.Length; i++)
            Add(i, interests[i]);
    }

    Poller(int count)
    {
        _descriptors = new Descriptor[count];
        _polls = new pollfd[count];
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
            while (SystemCall.JustInterrupted(ready, out error));
        }
        return ready > 0;
    }

    /// <summary>Whether the descriptor at <paramref name="index"/> was ready, or broken, when the last wait ended.</summary>
    public bool IsReady(int index) => _polls[index].revents != 0;

    /// <summary>Waits for this one no longer, until <see cref="WatchAll"/>.</summary>
    // The kernel passes over negative numbers.
    public void Ignore(int index) => _polls[index].fd = ~_descriptors[index].Number;

    /// <summary>Waits for all of them again.</summary>
    public void WatchAll()
    {
        for (int i = 0; i < _polls.Length; i++)
            _polls[i].fd = _descriptors[i].Number;
    }

    public void Dispose()
    {
        foreach (Descriptor descriptor in _descriptors)
            descriptor.DangerousRelease();
    }

    void Add(int index, Interest interest)
    {
        bool added = false;
        interest.Descriptor.DangerousAddRef(ref added);
        _descriptors[index] = interest.Descriptor;
        _polls[index] = new pollfd
        {
            fd = interest.Descriptor.Number,
            events = interest.ToWrite ? Poll.POLLOUT : Poll.POLLIN,
        };
    }
}
