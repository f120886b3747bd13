namespace Weft.Fuzz;

/// <summary>Makes an input small and plain without losing what makes it worth keeping.</summary>
static class Minimiser
{
    /// <summary>The smallest input found for which the predicate still holds; the input itself if there is none smaller.</summary>
    /// <param name="holds">Whether an input is still worth as much. Called at most <paramref name="tries"/> times.</param>
    public static byte[] Shrink(byte[] input, Func<byte[], bool> holds, bool isText, int tries)
    {
        int left = tries;
        bool Try(byte[] candidate) => left-- > 0 && holds(candidate);
        byte[] best = input;
        for (int size = Math.Max(1, best.Length / 2); size > 0 && left > 0; size /= 2)
            best = Cut(best, size, Try);
        byte plain = isText ? (byte)'a' : (byte)0;
        for (int i = 0; i < best.Length && left > 0; i++)
        {
            if (best[i] == plain || best[i] == '\n')
                continue;
            byte[] candidate = [.. best];
            candidate[i] = plain;
            if (Try(candidate))
                best = candidate;
        }
        return best;
    }

    /// <summary>Takes out pieces of one size, from the end to the front, as long as one can be missed.</summary>
    static byte[] Cut(byte[] input, int size, Func<byte[], bool> holds)
    {
        for (int at = input.Length - size; at >= 0; at -= size)
        {
            byte[] candidate = [.. input.AsSpan(0, at), .. input.AsSpan(at + size)];
            if (holds(candidate))
                input = candidate;
            at = Math.Min(at, input.Length);
        }
        return input;
    }
}
