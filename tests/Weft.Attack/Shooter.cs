using System.Diagnostics;
using Weft.Linux;

namespace Weft.Attack;

/// <summary>One kind of attack: what is sent next.</summary>
interface IVolley
{
    /// <summary>Prepares up to as many runs as there is room for; where they stand is the volley's own affair.</summary>
    int Next(Span<UdpRun> runs);

    /// <summary>Holds the bytes of the runs.</summary>
    ReadOnlySpan<byte> Bytes { get; }
}

/// <summary>Sends volleys at a bounded rate, for a bounded time and count. One thread.</summary>
sealed class Shooter(UdpSocket socket, IVolley volley, Options options)
{
    /// <summary>Datagrams between two looks at the clock.</summary>
    const int Batch = 64;

    internal long Sent { get; private set; }

    internal void Run()
    {
        Stopwatch watch = Stopwatch.StartNew();
        UdpRun[] runs = new UdpRun[Batch];
        while (watch.Elapsed < options.Time && Sent < options.Count)
        {
            if (options.Rate > 0 && Sent > watch.Elapsed.TotalSeconds * options.Rate)
            {
                Thread.Sleep(1);
                continue;
            }
            Shoot(runs.AsSpan(0, volley.Next(runs)));
        }
    }

    void Shoot(ReadOnlySpan<UdpRun> runs)
    {
        Sent += runs.Length;
        while (runs.Length > 0)
        {
            int sent = socket.Send(volley.Bytes, runs, out UdpStatus status);
            // One that the kernel does not take (no room, no route) is passed over: there are others.
            runs = runs[Math.Min(runs.Length, sent + (status == UdpStatus.Sent ? 0 : 1))..];
        }
    }
}
