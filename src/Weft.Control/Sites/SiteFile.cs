using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Weft.Config;

namespace Weft.Control;

/// <summary>A site's file: where it is, what interface it makes, what it says.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Interface">The file's name without <c>.conf</c>.</param>
/// <param name="Config">Its content, parsed.</param>
public sealed record SiteFile(string Path, string Interface, SiteConfig Config)
{
    internal const string Extension = ".conf";
    internal const string SystemFolder = "/etc/wireguard";

    /// <summary>The file as it was read, keys included: nothing to show to anybody.</summary>
    public string Text { get; internal init; } = "";

    /// <summary>What tells two texts apart without giving either away: the SHA-256 of the file, in hexadecimal.</summary>
    public string Digest => DigestOf(Encoding.UTF8.GetBytes(Text));

    /// <summary>The same of a text that is not parsed.</summary>
    public static string DigestOf(ReadOnlySpan<byte> text) => Convert.ToHexStringLower(SHA256.HashData(text));

    /// <summary>
    /// Where the file of an argument is. A path (with a slash, or ending in <c>.conf</c>) is that file. A name such as
    /// <c>wg0</c> is <c>wg0.conf</c> beside the program, where a router's storage holds both, or else in
    /// <c>/etc/wireguard</c>; never in the current folder, since the file may hold commands that root will run.
    /// </summary>
    /// <exception cref="OperationFailedException">There is no such file, or its name makes no interface.</exception>
    public static string Locate(string argument)
    {
        InterfaceOf(argument);
        if (argument.Contains('/') || argument.EndsWith(Extension, StringComparison.Ordinal))
            return System.IO.Path.GetFullPath(argument);
        ImmutableArray<string> places =
        [
            .. ((string[])[AppContext.BaseDirectory, SystemFolder]).Select(f =>
                System.IO.Path.Combine(System.IO.Path.GetFullPath(f), argument + Extension)
            ),
        ];
        return places.FirstOrDefault(File.Exists) ?? throw NotFound(places, null);
    }

    /// <summary>
    /// As wg-quick has it: all that could be an interface's name, <c>wg0.conf</c> too, is a file in
    /// <c>/etc/wireguard</c> and nowhere else; the rest is a path.
    /// </summary>
    /// <exception cref="OperationFailedException">There is no such file, or its name makes no interface.</exception>
    public static string LocateAsWgQuick(string argument)
    {
        bool isName = InterfaceName.IsGood(argument);
        string path = isName
            ? System.IO.Path.Combine(SystemFolder, argument + Extension)
            : System.IO.Path.GetFullPath(argument);
        if (!File.Exists(path))
            throw new OperationFailedException(
                $"'{path}' does not exist",
                isName && File.Exists(argument) ? $"For the file in this folder, say ./{argument}." : null
            );
        if (!path.EndsWith(Extension, StringComparison.Ordinal))
            throw new OperationFailedException($"'{path}': a file's name ends in {Extension}", null);
        InterfaceOf(path);
        return path;
    }

    /// <summary>The interface that an argument names, whether or not its file is there.</summary>
    /// <exception cref="OperationFailedException">The name makes no interface.</exception>
    public static string InterfaceOf(string argument)
    {
        string name = System.IO.Path.GetFileName(argument);
        if (name.EndsWith(Extension, StringComparison.Ordinal))
            name = name[..^Extension.Length];
        InterfaceName.Check(name);
        return name;
    }

    /// <summary>Reads and parses the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="warning">Told when others than its owner can read or change the file.</param>
    /// <exception cref="OperationFailedException">It cannot be read.</exception>
    /// <exception cref="FaultyFileException">It has faults: all of them.</exception>
    public static SiteFile Read(string path, Action<string> warning)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
            const UnixFileMode others =
                UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite | UnixFileMode.GroupRead;
            if ((File.GetUnixFileMode(path) & others) != 0)
                warning($"{path}: others can read or change this file, which holds keys: chmod 600 {path}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NotFound([path], e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationFailedException($"{path}: cannot be read: {e.Message}", "Run it as root.", e);
        }
        return Of(path, text);
    }

    /// <summary>A file that is not on the disk yet, or says something else there.</summary>
    /// <param name="path">Where it is to be; absolute.</param>
    /// <param name="text">What it is to say.</param>
    /// <exception cref="OperationFailedException">The path's name makes no interface.</exception>
    /// <exception cref="FaultyFileException">The text has faults: all of them.</exception>
    public static SiteFile Of(string path, string text)
    {
        ParseResult<SiteConfig> result = SiteConfigText.Parse(text, path);
        return result.Value is { } config
            ? new SiteFile(path, InterfaceOf(path), config) { Text = text }
            : throw new FaultyFileException(result.Faults);
    }

    /// <summary>Writes the file anew, whole or not at all, readable by its owner alone.</summary>
    /// <exception cref="OperationFailedException">It cannot be written; the old one stands.</exception>
    public void Save(SiteConfig config)
    {
        try
        {
            PrivateFile.Write(Path, Encoding.UTF8.GetBytes(SiteConfigText.Write(config)), isDurable: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationFailedException($"{Path}: cannot be written: {e.Message}", null, e);
        }
    }

    static OperationFailedException NotFound(ImmutableArray<string> places, Exception? cause)
    {
        string remedy =
            "Name the site's file: weft start /path/to/wg0.conf ('weft makeconf' writes one for each site).";
        string message = $"{string.Join(" and ", places)}: no such file";
        return cause is null
            ? new OperationFailedException(message, remedy)
            : new OperationFailedException(message, remedy, cause);
    }
}

/// <summary>A file has faults. The program prints each on a line of its own.</summary>
public sealed class FaultyFileException(ImmutableArray<Diagnostic> faults) : Exception(string.Join('\n', faults))
{
    /// <summary>All faults of the file, in the order of their lines.</summary>
    public ImmutableArray<Diagnostic> Faults { get; } = faults;
}
