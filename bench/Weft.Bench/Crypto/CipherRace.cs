using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Weft.Crypto;
using Weft.Tests.Crypto;

namespace Weft.Bench.Crypto;

/// <summary>
/// The cipher against libcrypto's EVP in turns of a fraction of a millisecond, the best turn of each counted: a ratio that holds
/// on a machine that has other work, in a few seconds. <c>Weft.Bench race</c>.
/// </summary>
static class CipherRace
{
    const int Rounds = 400;
    const int CallsPerTurn = 200;

    internal static void Run()
    {
        Console.WriteLine("ns for one packet, best of many turns; times as fast as libcrypto in brackets");
        Console.WriteLine($"{"", 16}{"libcrypto", 12}{string.Concat(Widths().Select(w => $"{w, 20}"))}");
        foreach (int size in new[] { 64, 256, 576, 1420, 16384 })
        foreach (bool seal in new[] { true, false })
            Report(size, seal);
    }

    static void Report(int size, bool seal)
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        byte[] plaintext = RandomNumberGenerator.GetBytes(size);
        byte[] frame = new byte[size + 16];
        byte[] destination = new byte[size + 16];
        using EvpChaCha20Poly1305 evp = new(key);
        evp.Seal(1, plaintext, default, frame);
        List<Action> racers =
        [
            seal
                ? () => evp.Seal(1, plaintext, default, destination)
                : () => evp.Open(1, frame, default, destination.AsSpan(0, size)),
        ];
        foreach (CipherWidth width in Widths())
        {
            ChaCha20Poly1305Key ours = new(key, width);
            racers.Add(
                seal
                    ? () => ours.Seal(1, plaintext, default, destination)
                    : () => ours.Open(1, frame, default, destination.AsSpan(0, size))
            );
        }
        double[] best = Race(racers);
        Console.WriteLine(
            $"{(seal ? "seal" : "open"), -8}{size, 6}{best[0], 14:F0}"
                + string.Concat(best.Skip(1).Select(time => $"{time, 12:F0} ({best[0] / time:F2})"))
        );
    }

    static double[] Race(List<Action> racers)
    {
        // Until the just-in-time compiler has nothing left to do.
        for (int warm = 0; warm < 4; warm++)
        {
            foreach (Action racer in racers)
                _ = Turn(racer);
            Thread.Sleep(150);
        }
        double[] best = [.. racers.Select(_ => double.MaxValue)];
        for (int round = 0; round < Rounds; round++)
        for (int i = 0; i < racers.Count; i++)
            best[i] = Math.Min(best[i], Turn(racers[i]));
        return best;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static double Turn(Action racer)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < CallsPerTurn; i++)
            racer();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / CallsPerTurn;
    }

    static IEnumerable<CipherWidth> Widths() => Enum.GetValues<CipherWidth>().Where(Cipher.Supports);
}
