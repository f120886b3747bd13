using Weft.Linux;

namespace Weft.Device;

/// <summary>The IPv4 and the IPv6 socket on one port; either may be absent, not both. Its maker disposes it.</summary>
sealed class UdpSockets : IDisposable
{
    /// <summary>Tries for a port that is free in both families when the system may choose.</summary>
    const int MaxTries = 100;

    UdpSockets(UdpSocket? v4, UdpSocket? v6)
    {
        V4 = v4;
        V6 = v6;
    }

    public UdpSocket? V4 { get; }

    public UdpSocket? V6 { get; }

    public ushort Port => (V4 ?? V6)!.Port;

    /// <param name="port">0 lets the system choose.</param>
    /// <exception cref="KernelRefusedException">The port is taken, or neither family can be had.</exception>
    public static UdpSockets Bind(ushort port, uint mark, bool offloads)
    {
        for (int tries = 1; ; tries++)
        {
            UdpSocket? v4 = TryBind(isIPv6: false, port, mark, offloads);
            try
            {
                UdpSocket? v6 = TryBind(isIPv6: true, v4?.Port ?? port, mark, offloads);
                if (v4 is null && v6 is null)
                    throw new KernelRefusedException("socket", $"UDP port {port}", Errno.EAFNOSUPPORT);
                return new UdpSockets(v4, v6);
            }
            catch (KernelRefusedException e)
            {
                v4?.Dispose();
                // The port that IPv4 was given at random belongs to somebody else in IPv6: draw again.
                if (port != 0 || e.Error != Errno.EADDRINUSE || tries == MaxTries)
                    throw;
            }
        }
    }

    /// <exception cref="KernelRefusedException">Not permitted.</exception>
    public void SetMark(uint mark)
    {
        V4?.SetMark(mark);
        V6?.SetMark(mark);
    }

    public UdpSocket? For(bool isIPv6) => isIPv6 ? V6 : V4;

    public void Dispose()
    {
        V4?.Dispose();
        V6?.Dispose();
    }

    static UdpSocket? TryBind(bool isIPv6, ushort port, uint mark, bool offloads)
    {
        try
        {
            return UdpSocket.Bind(isIPv6, port, mark, offloads);
        }
        // Switched off at boot, by sysctl, or not built in.
        catch (KernelRefusedException e) when (e.Error is Errno.EAFNOSUPPORT or Errno.EADDRNOTAVAIL)
        {
            return null;
        }
    }
}
