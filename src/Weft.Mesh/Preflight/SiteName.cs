using System.Net;
using System.Net.Sockets;

namespace Weft.Mesh;

/// <summary>
/// What a site may be called. The name becomes a folder, a key file and the host that others dial, so it is a host name
/// (RFC 1123: letters, digits and inner hyphens, labels of 63) or an IPv4 address, and nothing else. Pure.
/// </summary>
static class SiteName
{
    /// <summary>Host names end at 253, but a file of this name and an ending must fit in 255.</summary>
    const int LongestName = 250;
    const int LongestLabel = 63;

    /// <summary>What is wrong with a name, as the end of a sentence that begins with it; null when nothing is.</summary>
    internal static string? FaultOf(string name)
    {
        if (name.Length == 0)
            return "is empty";
        if (name.Length > LongestName)
            return $"has {name.Length} characters; a name has {LongestName} at most";
        foreach (char c in name)
        {
            if (c is '/' or '\\')
                return $"has a '{c}', and a name becomes a folder";
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_'))
                return char.IsControl(c)
                    ? "has a control character"
                    : $"has a '{c}'; a name has letters, digits, hyphens and dots";
        }
        string[] labels = name.Split('.');
        foreach (string label in labels)
        {
            if (label.Length == 0)
                return name.EndsWith('.') ? "ends with a dot" : "has an empty part between dots";
            if (label.Length > LongestLabel)
                return $"has a part of {label.Length} characters; {LongestLabel} is the most";
            if (label.StartsWith('-') || label.EndsWith('-'))
                return "has a part that begins or ends with a hyphen";
        }
        if (labels[^1].All(char.IsAsciiDigit) && !IsIPv4(name))
            return "ends with a number, as only an address does";
        return null;
    }

    /// <summary>What is wrong with a host that others dial, a name or an address; null when nothing is.</summary>
    internal static string? FaultOfHost(string host) =>
        host.Contains(':', StringComparison.Ordinal)
            ? IPAddress.TryParse(host, out _)
                ? null
                : "is not an IPv6 address"
            : FaultOf(host.EndsWith('.') ? host[..^1] : host);

    /// <summary>The address that a host is; null when it is a name.</summary>
    internal static IPAddress? AddressOf(string host) =>
        (IsIPv4(host) || host.Contains(':', StringComparison.Ordinal))
        && IPAddress.TryParse(host, out IPAddress? address)
            ? address
            : null;

    /// <summary>Four decimal numbers: what else the class library takes for an address, such as "1", is a name here.</summary>
    static bool IsIPv4(string host) =>
        host.Count(c => c == '.') == 3
        && IPAddress.TryParse(host, out IPAddress? address)
        && address.AddressFamily == AddressFamily.InterNetwork
        && address.ToString() == host;
}
