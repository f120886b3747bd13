using System.Globalization;

namespace Weft.Bench.Tunnel.Profile;

/// <summary>Which method stands where, as the runtime writes it down for perf (DOTNET_PerfMapEnabled). Pure.</summary>
sealed class PerfMap
{
    readonly List<(ulong Start, ulong End, string Name)> _methods = [];

    /// <param name="lines">Start and length in hexadecimal, then the name.</param>
    internal PerfMap(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', 3);
            if (words.Length == 3 && TryHex(words[0], out ulong start) && TryHex(words[1], out ulong length))
                _methods.Add((start, start + length, words[2]));
        }
        // A place that was used again is found by its last user.
        _methods.Reverse();
        _methods = [.. _methods.DistinctBy(method => method.Start).OrderBy(method => method.Start)];
    }

    internal string? Find(ulong address)
    {
        int low = 0;
        int high = _methods.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_methods[middle].Start <= address)
                low = middle + 1;
            else
                high = middle;
        }
        return low > 0 && address < _methods[low - 1].End ? _methods[low - 1].Name : null;
    }

    internal static bool TryHex(string text, out ulong value) =>
        ulong.TryParse(
            text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text,
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out value
        );
}
