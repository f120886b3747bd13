namespace Weft.Fuzz;

/// <summary>
/// The inputs that each did something that none before it did. Its fuzzer's. Those kept in the repository come first;
/// what a run finds is added behind.
/// </summary>
sealed class Corpus
{
    readonly List<byte[]> _inputs = [];
    readonly HashSet<ulong> _seen = [];

    public int Count => _inputs.Count;

    public int Features => _seen.Count;

    public byte[] this[int index] => _inputs[index];

    /// <summary>Keeps an input to start from, whatever it does.</summary>
    public void AddSeed(byte[] input, Observation seen)
    {
        _inputs.Add(input);
        _seen.UnionWith(seen.Features);
    }

    /// <summary>Keeps the input if it did something new.</summary>
    public bool TryAdd(byte[] input, Observation seen)
    {
        bool isNew = false;
        foreach (ulong feature in seen.Features)
            isNew |= _seen.Add(feature);
        if (isNew)
            _inputs.Add(input);
        return isNew;
    }

    /// <summary>What the run did that nothing kept has done.</summary>
    public HashSet<ulong> NewIn(Observation seen)
    {
        HashSet<ulong> features = [.. seen.Features];
        features.ExceptWith(_seen);
        return features;
    }

    /// <summary>An input to go on from: any, or as likely as not one of the newest; the shorter of two.</summary>
    public byte[] Draw(Random chance)
    {
        if (_inputs.Count == 0)
            return [];
        int first = chance.Next(2) == 0 ? _inputs.Count * 7 / 8 : 0;
        byte[] one = _inputs[chance.Next(first, _inputs.Count)];
        byte[] other = _inputs[chance.Next(first, _inputs.Count)];
        return one.Length <= other.Length ? one : other;
    }
}
