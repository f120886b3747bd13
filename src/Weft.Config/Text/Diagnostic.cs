namespace Weft.Config;

/// <summary>One fault of a text: what is wrong, where, and what to do. Never holds a key.</summary>
/// <param name="File">The name that the user gave the text, such as a path.</param>
/// <param name="Line">From 1; 0 when the fault is of the whole file.</param>
/// <param name="Column">From 1, in UTF-16 units; 0 when the fault is of the whole line.</param>
/// <param name="Message">What is wrong: half a sentence without a final stop.</param>
/// <param name="Remedy">What to do, when that is not plain from the message.</param>
public readonly record struct Diagnostic(string File, int Line, int Column, string Message, string? Remedy = null)
{
    /// <summary><c>file:line:column: message (remedy)</c></summary>
    public override string ToString()
    {
        string where =
            Line == 0 ? File
            : Column == 0 ? $"{File}:{Line}"
            : $"{File}:{Line}:{Column}";
        return Remedy is null ? $"{where}: {Message}" : $"{where}: {Message} ({Remedy})";
    }
}
