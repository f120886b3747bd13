namespace Weft.Cli.Wg;

/// <summary>The <c>wg</c> tool: what it prints and answers is that of WireGuard's own, to the byte.</summary>
static class WgApplet
{
    internal static int Run(string[] args)
    {
        Console.Error.WriteLine($"wg: {args.Length} arguments, and nothing done yet");
        return 1;
    }
}
