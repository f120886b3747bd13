using System.Globalization;
using Weft.Control;

namespace Weft.Mesh;

/// <summary>
/// The commands that run at a site, each one line for <c>ssh</c>. Whatever the login's shell is (sh, csh, fish), it sees
/// single-quoted words and nothing that it would change; what is put into them are paths and numbers that were checked.
/// A login that is not root's becomes root by <c>sudo -n</c>. Secrets are in none of them. Pure.
/// </summary>
static class FarScript
{
    /// <summary>What the far end prints where there is no weft, with its machine's name, and with wg's path if it has that.</summary>
    internal const string Missing = "weft-missing";

    /// <summary>What it prints when the new program is in its place, with the path.</summary>
    internal const string Installed = "weft-installed";

    const string UsualProgram = "/usr/bin/weft";

    /// <summary>$0 is the script that root is to run, $1 and so on its arguments; it gets the near end's address before them.</summary>
    const string AsRoot =
        "c=${SSH_CONNECTION%% *}; [ -n \"$c\" ] || c=none; "
        + "if [ \"$(id -u)\" = 0 ]; then exec sh -c \"$0\" weft \"$c\" \"$@\"; "
        + "else exec sudo -n sh -c \"$0\" weft \"$c\" \"$@\"; fi";

    /// <summary>A login by ssh may have less than a shell has.</summary>
    const string WidePath = "PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH; ";

    /// <summary>$w is the program: the one in the site's own folder ($3), else the one that the path leads to.</summary>
    const string FindWeft =
        WidePath
        + "w=; if [ -n \"$3\" ] && [ -x \"$3/weft\" ]; then w=\"$3/weft\"; else w=$(command -v weft) || w=; fi; ";

    const string NeedWeft =
        "if [ -z \"$w\" ]; then echo \"" + Missing + " $(uname -m) $(command -v wg)\"; exit 69; fi; ";

    /// <summary>Does nothing: that it ends well shows that somebody can log in.</summary>
    internal const string Knock = "exit 0";

    /// <summary>What it does once is not worth compiling anew (FrugalRuntime keeps that from what it starts).</summary>
    internal static string Receive(string? folder) =>
        Root(
            FindWeft + NeedWeft + $"export {FrugalRuntime.CompileOnce}; exec \"$w\" receive \"$2\" --client \"$1\"",
            folder
        );

    internal static string Confirm(string? folder) => Root(FindWeft + NeedWeft + "exec \"$w\" confirm \"$2\"", folder);

    /// <summary>
    /// The same where <c>wg.sh</c> runs the site: the first <paramref name="length"/> bytes of the input are the far end
    /// itself, a script, since no command line of an old router is long enough for it.
    /// </summary>
    /// <param name="word">receive or confirm.</param>
    internal static string ByScript(string? folder, int length, string word) =>
        Root(
            WidePath + "s=$(dd bs=1 count=\"$4\" 2>/dev/null); eval \"$s\"",
            folder,
            length.ToString(CultureInfo.InvariantCulture),
            word
        );

    /// <summary>
    /// Takes the program from its input and puts it where the old one is, else into the site's folder, else where the
    /// units of systemd expect it. Nothing changes unless it arrives whole, and runs.
    /// </summary>
    internal static string Install(string? folder, long length) =>
        Root(
            FindWeft
                + "[ -z \"$w\" ] || w=$(readlink -f \"$w\"); "
                + "if [ -z \"$w\" ]; then if [ -n \"$3\" ]; then mkdir -p \"$3\"; w=\"$3/weft\"; else w="
                + UsualProgram
                + "; fi; fi; n=\"$w.weft-new\"; trap \"rm -f $n\" EXIT; cat >\"$n\" && [ \"$(wc -c <\"$n\")\" -eq \"$4\" ] && "
                + "chmod 755 \"$n\" && sync && \"$n\" --version >/dev/null && mv -f \"$n\" \"$w\" && echo \""
                + Installed
                + " $w\"",
            folder,
            length.ToString(CultureInfo.InvariantCulture)
        );

    static string Root(string script, string? folder, params ReadOnlySpan<string> arguments)
    {
        string site = folder is null
            ? Path.GetFileNameWithoutExtension(MeshMaker.SiteFile)
            : $"{folder}/{MeshMaker.SiteFile}";
        return string.Join(
            ' ',
            ["exec sh -c", .. ((string[])[AsRoot, script, site, folder ?? "", .. arguments]).Select(Quoted)]
        );
    }

    static string Quoted(string word) =>
        word.AsSpan().ContainsAny("'\n!")
            ? throw new ArgumentException("not a word that every shell leaves alone", nameof(word))
            : $"'{word}'";
}
