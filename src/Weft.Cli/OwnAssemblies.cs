using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Weft.Cli;

/// <summary>
/// The parts of this program's file. The runtime opens the file by its path each time that it needs another of them, and
/// finds a stranger's bytes, or nothing, once somebody has put a new program there: a device would die of the first
/// question that it was never asked before. So whoever stays loads all of them while the file is still the one that it
/// was started from. A part that is loaded stays mapped, whatever becomes of the file.
/// </summary>
static class OwnAssemblies
{
    /// <summary>Loaded by the core library by its name alone, to tell where a fault came from.</summary>
    const string NamedOnly = "System.Diagnostics.StackTrace";

    /// <summary>Does it on a thread of its own, and returns at once.</summary>
    internal static void LoadInBackground()
    {
        // The path is remembered from its first use on, and would later be that of a file which was deleted.
        _ = Environment.ProcessPath;
        // Compiled ahead to one image, there is nothing to load.
        if (RuntimeFeature.IsDynamicCodeSupported)
            new Thread(Load) { Name = "assemblies", IsBackground = true }.Start();
    }

    static void Load()
    {
        HashSet<string> seen = [];
        Queue<Assembly> open = new([typeof(OwnAssemblies).Assembly]);
        if (Find(new AssemblyName(NamedOnly)) is { } named)
            open.Enqueue(named);
        while (open.TryDequeue(out Assembly? assembly))
        {
            foreach (AssemblyName name in ReferencesOf(assembly))
            {
                if (seen.Add(name.Name!) && Find(name) is { } found)
                    open.Enqueue(found);
            }
        }
    }

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2026",
        Justification = "A reference that trimming removed is one that nothing needs."
    )]
    static AssemblyName[] ReferencesOf(Assembly assembly) => assembly.GetReferencedAssemblies();

    /// <summary>Null where it is not there: whoever comes to need it says so better.</summary>
    static Assembly? Find(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            return null;
        }
    }
}
