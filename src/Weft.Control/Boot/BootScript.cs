using System.Reflection;

namespace Weft.Control;

/// <summary>The files of <c>packaging/</c> that are part of the program, so that one file is enough to install from.</summary>
static class BootScript
{
    /// <summary>The file as it is.</summary>
    /// <param name="name">Its folder and name below <c>packaging/</c>.</param>
    internal static string Read(string name)
    {
        using Stream stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream($"packaging/{name}")
            ?? throw new ArgumentException($"packaging/{name} is not in the program");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The file for one site. What stands in it for paths and names needs no quotes: see <see cref="BootInstaller"/>.</summary>
    internal static string For(string name, BootSite site) =>
        Read(name)
            .Replace("@PROGRAM@", site.Program, StringComparison.Ordinal)
            .Replace("@FILE@", site.File, StringComparison.Ordinal)
            .Replace("@NAME@", site.Name, StringComparison.Ordinal);

    /// <summary>With the mark of a file of ours after its first line, which may say what runs it.</summary>
    internal static string Marked(string text)
    {
        int first = text.StartsWith("#!", StringComparison.Ordinal) ? text.IndexOf('\n') + 1 : 0;
        return $"{text[..first]}# {BootWork.Mark}\n{text[first..]}";
    }
}
