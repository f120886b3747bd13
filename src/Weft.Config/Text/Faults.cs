using System.Collections.Immutable;
using System.Globalization;

namespace Weft.Config;

/// <summary>The faults of one file while it is parsed. Bounded, so that a file of rubbish gives a readable answer.</summary>
sealed class Faults(string file)
{
    const int Most = 100;

    readonly List<Diagnostic> _found = [];
    int _more;

    internal bool Any => _found.Count > 0;

    internal void Add(in IniText at, string message, string? remedy = null) =>
        Add(new Diagnostic(file, at.Line, at.Column, message, remedy));

    /// <summary>A fault of the file, or of one line of it.</summary>
    internal void Add(int line, string message, string? remedy = null) =>
        Add(new Diagnostic(file, line, 0, message, remedy));

    internal ImmutableArray<Diagnostic> ToImmutable()
    {
        IEnumerable<Diagnostic> sorted = _found.OrderBy(f => f.Line).ThenBy(f => f.Column);
        return _more == 0
            ? [.. sorted]
            : [.. sorted, new(file, 0, 0, string.Create(CultureInfo.InvariantCulture, $"and {_more} more faults"))];
    }

    void Add(Diagnostic fault)
    {
        if (_found.Count < Most)
            _found.Add(fault);
        else
            _more++;
    }
}
