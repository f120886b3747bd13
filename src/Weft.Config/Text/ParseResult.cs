using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Weft.Config;

/// <summary>What a parser made of a text: the value, or every fault of the text. Exactly one of the two.</summary>
/// <param name="Value">Null when there is any fault.</param>
/// <param name="Faults">In the order of their lines; empty when all is well.</param>
public sealed record ParseResult<T>(T? Value, ImmutableArray<Diagnostic> Faults)
    where T : class
{
    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsGood => Value is not null;
}
