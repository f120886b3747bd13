using System.Diagnostics;
using System.Reflection;

namespace Weft.Fuzz;

/// <summary>An input that breaks its target.</summary>
/// <param name="Signature">The same for all inputs that break it in the same place.</param>
sealed record Finding(string Target, byte[] Input, string Signature, string Report)
{
    /// <summary>What an exception says about its target.</summary>
    public static Finding Of(ITarget target, byte[] input, Exception error) =>
        new(target.Shape.Name, input, SignatureOf(error), error.ToString());

    static string SignatureOf(Exception error)
    {
        if (error is BrokenRuleException broken)
            return broken.Rule;
        MethodBase? culprit = new StackTrace(error)
            .GetFrames()
            .Select(f => f.GetMethod())
            .FirstOrDefault(m =>
                m?.DeclaringType?.Namespace is { } name
                && name.StartsWith("Weft.", StringComparison.Ordinal)
                && !name.StartsWith("Weft.Fuzz", StringComparison.Ordinal)
            );
        return culprit is null
            ? error.GetType().Name
            : $"{error.GetType().Name} in {culprit.DeclaringType!.Name}.{culprit.Name}";
    }
}
