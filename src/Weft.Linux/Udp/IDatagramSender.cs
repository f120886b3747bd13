namespace Weft.Linux;

/// <summary>What sends runs of datagrams: a <see cref="UdpSocket"/>, or in tests one that refuses as other kernels do.</summary>
public interface IDatagramSender
{
    /// <summary>Whether the kernel segments what is sent. Turned off for good by the sender's user when it does not after all.</summary>
    bool Segments { get; set; }

    /// <summary>
    /// Whether the run's segments are longer than what the way takes in one piece. Older kernels refuse such a
    /// run as they refuse what they cannot segment at all (EINVAL).
    /// </summary>
    bool IsTooLongForTheWay(in UdpRun run);

    /// <summary>Sends runs with as few calls as can be, each one whole. Returns how many were sent; the next one met <paramref name="status"/>.</summary>
    int Send(ReadOnlySpan<byte> buffer, ReadOnlySpan<UdpRun> runs, out UdpStatus status);

    /// <summary>
    /// Sends a run as single datagrams, cut here. Returns how many bytes were sent; the datagram there met
    /// <paramref name="status"/>.
    /// </summary>
    int SendSingly(ReadOnlySpan<byte> buffer, in UdpRun run, out UdpStatus status);
}
