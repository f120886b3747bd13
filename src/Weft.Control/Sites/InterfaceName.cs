using System.Text.RegularExpressions;

namespace Weft.Control;

/// <summary>Names of interfaces that every tool of the host takes literally.</summary>
static partial class InterfaceName
{
    /// <summary>
    /// Up to 15 letters, digits, <c>_ . -</c>. The kernel would take more, but a '+' is a wildcard to iptables, a '%' a
    /// pattern to the kernel itself, and others are white space or quotes to somebody.
    /// </summary>
    internal static bool IsGood(string name) => Pattern().IsMatch(name) && name is not ("." or "..");

    /// <exception cref="OperationFailedException">The name is not good.</exception>
    internal static void Check(string name)
    {
        if (!IsGood(name))
        {
            throw new OperationFailedException(
                $"'{name}' is no name for an interface",
                "Use up to 15 letters, digits and _ . - : the file wg0.conf makes the interface wg0."
            );
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.][A-Za-z0-9_.-]{0,14}\z")]
    private static partial Regex Pattern();
}
