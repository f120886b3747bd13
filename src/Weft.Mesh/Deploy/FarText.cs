using Weft.Config;

namespace Weft.Mesh;

/// <summary>What others say, made fit for a terminal: one line without anything that moves the cursor, and not too long. Pure.</summary>
static class FarText
{
    /// <summary>UTF-16 units.</summary>
    const int Most = 500;

    internal static string Shown(string text) => ShownText.Line(text.AsSpan().Trim(), Most, ' ');
}
