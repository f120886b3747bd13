using System.Globalization;

namespace Weft.Config;

/// <summary>
/// Where the administrator of a site logs in, as <c>mesh.conf</c> has it: <c>[user@]host[:port]</c>. Its parts have no
/// character that a shell or <c>ssh</c> itself could take for something else than a name.
/// </summary>
/// <param name="User">Null for the one that <c>ssh</c> takes by itself.</param>
/// <param name="Host">A name, an alias of <c>~/.ssh/config</c> or an address, IPv6 without brackets.</param>
/// <param name="Port">Null for the one that <c>ssh</c> takes by itself.</param>
public sealed record SshDestination(string? User, string Host, ushort? Port)
{
    const string UserMarks = "._-";
    const string HostMarks = "._-:%";

    /// <summary>Whether a login name is one that can stand in a command: it begins with a letter, a digit or <c>_</c>.</summary>
    public static bool IsUser(ReadOnlySpan<char> user) => IsPlain(user, UserMarks) && user[0] is not ('-' or '.');

    /// <summary>Whether a host is one that can stand in a command; that it is a host's name or address is checked elsewhere.</summary>
    public static bool IsHost(ReadOnlySpan<char> host) =>
        IsPlain(host, HostMarks) && host[0] is not ('-' or '.' or '%');

    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        string place = User is null ? host : $"{User}@{host}";
        return Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{place}:{port}") : place;
    }

    static bool IsPlain(ReadOnlySpan<char> text, string marks)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !marks.Contains(c, StringComparison.Ordinal))
                return false;
        }
        return text.Length is > 0 and <= 255;
    }
}
