using Weft.Linux.Interop;

namespace Weft.Linux;

/// <summary>Wakes a thread that waits in a <see cref="Poller"/> (eventfd(2)). Signal from any thread; its maker disposes it.</summary>
public sealed unsafe class EventCounter : IDisposable
{
    /// <exception cref="KernelRefusedException">No descriptor is left.</exception>
    public EventCounter() =>
        Descriptor = new Descriptor(
            SystemCall.Check(
                SysEventfd.eventfd(0, SysEventfd.EFD_CLOEXEC | SysEventfd.EFD_NONBLOCK),
                "eventfd",
                "for waking"
            )
        );

    /// <summary>Readable from a <see cref="Signal"/> to the next <see cref="Reset"/>.</summary>
    public Descriptor Descriptor { get; }

    public void Signal()
    {
        ulong one = 1;
        nint count;
        do count = Unistd.write(Descriptor, (byte*)&one, sizeof(ulong));
        while (SystemCall.Interrupted(count, out _));
    }

    public void Reset()
    {
        ulong value;
        nint count;
        do count = Unistd.read(Descriptor, (byte*)&value, sizeof(ulong));
        while (SystemCall.Interrupted(count, out _));
    }

    public void Dispose() => Descriptor.Dispose();
}
