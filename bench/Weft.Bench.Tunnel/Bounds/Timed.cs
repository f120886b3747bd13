using System.Globalization;
using Weft.ScenarioTests.Network;

namespace Weft.Bench.Tunnel.Bounds;

/// <summary>What one run of a program on a host took, in milliseconds, as the shell's <c>time</c> tells it.</summary>
readonly record struct Timed(double Elapsed, double Cpu)
{
    const string Script = """TIMEFORMAT="%3R %3U %3S"; time "$@" >/dev/null""";

    internal static Timed Run(Host host, params string[] line)
    {
        string[] words = ["bash", "-c", Script, "bash", .. line];
        CommandResult result = host.Try(words);
        if (!result.Succeeded)
            throw new CommandFailedException(host.Name, line, result);
        double[] seconds =
        [
            .. result
                .Errors.Trim()
                .Split('\n')[^1]
                .Split(' ')
                .Select(word => double.Parse(word, CultureInfo.InvariantCulture)),
        ];
        return new Timed(seconds[0] * 1000, (seconds[1] + seconds[2]) * 1000);
    }
}
