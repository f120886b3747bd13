using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using Weft.Config;

namespace Weft.Fuzz.Targets;

/// <summary>
/// UAPI's rules again, written down line by line with regular expressions and the class library, slow and plain: what a
/// stream of commands is to be answered with.
/// </summary>
static partial class UapiReference
{
    /// <summary>The kind of each command, and the errno of those that are refused.</summary>
    public static List<(UapiCommandKind Kind, int Errno)> Read(ReadOnlySpan<byte> stream)
    {
        List<(UapiCommandKind, int)> answers = [];
        string[] lines = Encoding.Latin1.GetString(stream).Split('\n');
        string? command = null;
        bool isRefused = false;
        bool isPeer = false;
        // What stands behind the last line's end is a line that has none; the end itself ends a command, too.
        for (int i = 0; i <= lines.Length; i++)
        {
            bool hasEnd = i != lines.Length - 1;
            string line = i < lines.Length ? lines[i] : "";
            if (line.Length > 0)
            {
                int errno = hasEnd ? ErrnoOf(command, line, ref isPeer) : UapiErrno.Protocol;
                command ??= line;
                if (errno != 0 && !isRefused)
                    answers.Add((UapiCommandKind.Refused, errno));
                isRefused |= errno != 0;
            }
            else if (hasEnd)
            {
                if (command is not null && !isRefused)
                    answers.Add((command == "get=1" ? UapiCommandKind.Get : UapiCommandKind.Set, 0));
                (command, isRefused, isPeer) = (null, false, false);
            }
        }
        return answers;
    }

    static int ErrnoOf(string? command, string line, ref bool isPeer)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        switch (command)
        {
            case null when line is "get=1" or "set=1":
                return 0;
            case null:
                return equals < 0 ? UapiErrno.Protocol : UapiErrno.Invalid;
            case "get=1":
                return UapiErrno.Invalid;
        }
        if (equals < 0)
            return UapiErrno.Protocol;
        (string key, string value) = (line[..equals], line[(equals + 1)..]);
        isPeer |= key == "public_key";
        bool good = isPeer ? IsPeerLine(key, value) : IsDeviceLine(key, value);
        return good ? 0 : UapiErrno.Invalid;
    }

    static bool IsDeviceLine(string key, string value) =>
        key switch
        {
            "private_key" => Key().IsMatch(value),
            "listen_port" => IsNumber(value, ushort.MaxValue),
            "fwmark" => value.Length == 0 || IsNumber(value, uint.MaxValue),
            "replace_peers" => value == "true",
            _ => false,
        };

    static bool IsPeerLine(string key, string value) =>
        key switch
        {
            "public_key" or "preshared_key" => Key().IsMatch(value),
            "endpoint" => IsEndpoint(value),
            "persistent_keepalive_interval" => IsNumber(value, ushort.MaxValue),
            "replace_allowed_ips" or "remove" or "update_only" => value == "true",
            "allowed_ip" => IsAllowedIp(value.StartsWith('-') ? value[1..] : value),
            "protocol_version" => value == "1",
            _ => false,
        };

    static bool IsAllowedIp(string value)
    {
        string[] parts = value.Split('/', 2);
        return IsAddress(parts[0]) && (parts.Length == 1 || IsNumber(parts[1], parts[0].Contains(':') ? 128u : 32u));
    }

    static bool IsEndpoint(string value)
    {
        Match match = AddressAndPort().Match(value);
        if (!match.Success || !IsNumber(match.Groups["port"].Value, ushort.MaxValue))
            return false;
        if (match.Groups["v4"].Success)
            return !match.Groups["v4"].Value.Contains(':') && IsAddress(match.Groups["v4"].Value);
        // The scope is a number or the name of an interface of this host, of which there is always "lo".
        string scope = match.Groups["scope"].Value;
        return IsAddress(match.Groups["v6"].Value)
            && (
                !match.Groups["scope"].Success
                || scope == "lo"
                || (IsNumber(scope, uint.MaxValue) && BigInteger.Parse(scope, CultureInfo.InvariantCulture) > 0)
            );
    }

    static bool IsAddress(string text) =>
        text.Contains(':')
            ? AddressV6().IsMatch(text) && IPAddress.TryParse(text, out _)
            : AddressV4().IsMatch(text) && IPAddress.TryParse(text, out _);

    static bool IsNumber(string text, uint max) =>
        Digits().IsMatch(text) && BigInteger.Parse(text, CultureInfo.InvariantCulture) <= max;

    [GeneratedRegex(@"\A[0-9]+\z")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\A[0-9a-fA-F]{64}\z")]
    private static partial Regex Key();

    [GeneratedRegex(@"\A((0|[1-9][0-9]{0,2})(\.(?!\z)|\z)){4}\z")]
    private static partial Regex AddressV4();

    [GeneratedRegex(@"\A[0-9a-fA-F:]*:([0-9a-fA-F]{1,4}|((0|[1-9][0-9]{0,2})(\.(?!\z)|\z)){4})?\z")]
    private static partial Regex AddressV6();

    [GeneratedRegex(
        @"\A(\[(?<v6>[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(%(?<scope>[^\]]+))?\]|(?<v4>[^\[\]]*)):(?<port>[0-9]+)\z"
    )]
    private static partial Regex AddressAndPort();
}
