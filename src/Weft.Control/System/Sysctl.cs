namespace Weft.Control;

/// <summary>A kernel setting under <c>/proc/sys</c> and a value of it.</summary>
/// <param name="Key">With slashes, such as <c>net/ipv4/ip_forward</c>.</param>
/// <param name="Value">As text, without white space around it.</param>
public readonly record struct Sysctl(string Key, string Value)
{
    /// <summary>Null when the kernel has no such setting.</summary>
    internal static string? Read(string key)
    {
        try
        {
            return File.ReadAllText(PathOf(key)).Trim();
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <exception cref="OperationFailedException">The kernel has no such setting or does not let it be changed.</exception>
    internal void Write()
    {
        try
        {
            File.WriteAllText(PathOf(Key), Value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string remedy = $"Set it by hand before: sysctl -w {this}.";
            throw new OperationFailedException($"{PathOf(Key)} does not take '{Value}': {e.Message}", remedy, e);
        }
    }

    /// <summary>As sysctl(8) writes it, which swaps the dots of an interface's name for slashes.</summary>
    public override string ToString() =>
        $"{string.Concat(Key.Select(c => c == '/' ? '.' : c == '.' ? '/' : c))}={Value}";

    static string PathOf(string key) => "/proc/sys/" + key;
}
