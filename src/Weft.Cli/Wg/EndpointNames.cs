using System.Globalization;
using System.Net;
using Weft.Config;
using Weft.Linux;

namespace Weft.Cli.Wg;

/// <summary>
/// The system's resolver, asked again while the failure may pass: WG_ENDPOINT_RESOLUTION_RETRIES times (15 unless set,
/// or "infinity"), after one second at first, each time 1.2 times as long, up to 20 s.
/// </summary>
sealed class EndpointNames(Func<string, string?> variable, TextWriter error, Action<TimeSpan> wait) : IEndpointNames
{
    const string RetriesVariable = "WG_ENDPOINT_RESOLUTION_RETRIES";
    const long DefaultRetries = 15;
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    public ushort? FindPort(string service, out string? why)
    {
        why = "it is empty";
        if (service.Length == 0)
            return null;
        LookupResult result = AddressLookup.FindPort(service, out ushort port);
        why = result.Reason;
        if (!result.IsGood)
            return null;
        WarnOfWrap(service);
        return port;
    }

    public IPEndPoint? Find(string host, string service, bool patient, out string? why)
    {
        if (Retries() is not { } retries)
        {
            why = $"{RetriesVariable} is neither a number nor infinity";
            return null;
        }
        TimeSpan pause = TimeSpan.FromSeconds(1);
        for (long tried = 0; ; tried++)
        {
            LookupResult result = AddressLookup.Find(host, service, out IPEndPoint? endpoint);
            why = result.Reason;
            if (result.IsGood)
                WarnOfWrap(service);
            if (result.IsGood || result.IsFinal || !patient || tried >= retries)
                return endpoint;
            error.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"wg: {host}: {why}; trying again in {pause.TotalSeconds:0.00} s"
                )
            );
            wait(pause);
            pause = pause * 1.2 < LongestWait ? pause * 1.2 : LongestWait;
        }
    }

    long? Retries()
    {
        string? text = variable(RetriesVariable);
        return text switch
        {
            null => DefaultRetries,
            "" => 0,
            "infinity" => long.MaxValue,
            // What strtoul takes.
            _ => long.TryParse(
                text.TrimStart().TrimStart('+'),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out long number
            )
                ? number
                : null,
        };
    }

    /// <summary>The C library takes larger numbers and keeps their low 16 bits, and so does every wg; but it is a slip.</summary>
    void WarnOfWrap(string service)
    {
        if (long.TryParse(service, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 65535)
            error.WriteLine($"wg: warning: port {number} is more than 65535 and is taken as {number & 0xffff}");
    }
}
