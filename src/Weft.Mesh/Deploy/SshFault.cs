using Weft.Config;

namespace Weft.Mesh;

/// <summary>Why a call did not come about, in a sentence, and what to do: read off what ssh, sudo and the shell say. Pure.</summary>
readonly record struct SshFault(string Text, string Remedy)
{
    /// <summary>Ssh's own exit status: no connection, or none any more.</summary>
    internal const int NoConnection = 255;

    const string WeftSays = "weft: ";

    /// <summary>What sudo has to permit: the far end begins as a script, and may have to bring the program.</summary>
    const string ShellRule = "sudoers: LOGIN ALL=(root) NOPASSWD: /bin/sh";

    /// <summary>The program there ran, and said no.</summary>
    internal bool IsOfWeft { get; private init; }

    /// <summary>From a status and a complaint.</summary>
    internal static SshFault Of(int status, string complaint, SshDestination to)
    {
        string login = LoginOf(to);
        bool Says(string words) => complaint.Contains(words, StringComparison.OrdinalIgnoreCase);
        if (Says("REMOTE HOST IDENTIFICATION HAS CHANGED"))
            return new SshFault(
                "its host key is another than the known one",
                $"Find out why before anything else; if all is well: ssh-keygen -R {to.Host}, then {login}."
            );
        if (Says("Host key verification failed"))
            return new SshFault("its host key is not known here", $"Log in once and compare it: {login}.");
        if (Says("Permission denied (") || Says("Too many authentication failures"))
            return new SshFault(
                "no key of yours is accepted there, and deploy types no password",
                $"Bring your key there (ssh-copy-id), load it (ssh-add), or set Ssh = user@host. Try: {login}."
            );
        if (Says("a password is required") || Says("a terminal is required"))
            return new SshFault(
                "this login is not root's, and sudo asks for a password there",
                $"Let sudo do without one for a shell ({ShellRule}), or log in as root: Ssh = root@…."
            );
        if (Says("sudo: not found") || Says("sudo: command not found"))
            return new SshFault("this login is not root's, and there is no sudo", "Log in as root: Ssh = root@….");
        if (Says("not allowed to execute"))
            return new SshFault(
                "this login is not root's, and sudo does not permit it a shell there",
                $"Permit that ({ShellRule}), or log in as root: Ssh = root@…."
            );
        if (Says("may not run sudo") || Says("not in the sudoers file"))
            return new SshFault("this login is not root's and may not use sudo", "Log in as root: Ssh = root@….");
        if (
            complaint.Split('\n').FirstOrDefault(line => line.StartsWith(WeftSays, StringComparison.Ordinal)) is
            { } said
        )
            return new SshFault(FarText.Shown(said[WeftSays.Length..]), $"Try: {login}.") { IsOfWeft = true };
        return status == NoConnection
            ? new SshFault(LastLine(complaint, "no connection"), $"Try: {login}.")
            : new SshFault(LastLine(complaint, $"the command there ended with status {status}"), $"Try: {login}.");
    }

    /// <summary>The command that a person would type.</summary>
    internal static string LoginOf(SshDestination to)
    {
        string port = to.Port is { } number ? $"-p {number} " : "";
        return to.User is null ? $"ssh {port}{to.Host}" : $"ssh {port}{to.User}@{to.Host}";
    }

    /// <summary>Of several, the last says why; what is no text for a terminal is left out.</summary>
    static string LastLine(string complaint, string otherwise)
    {
        string? last = complaint.Split('\n').Select(FarText.Shown).LastOrDefault(line => line.Length > 0);
        return last ?? otherwise;
    }
}
