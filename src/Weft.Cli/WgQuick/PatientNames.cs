using System.Globalization;
using System.Net;
using Weft.Cli.Wg;
using Weft.Config;
using Weft.Control;

namespace Weft.Cli.WgQuick;

/// <summary>The endpoints of a file, looked up as <c>wg setconf</c> does: with patience, and without one there is no tunnel.</summary>
sealed class PatientNames(SiteFile file)
{
    readonly EndpointNames _names = new(Environment.GetEnvironmentVariable, Console.Error, Thread.Sleep);
    readonly Dictionary<HostPort, IPEndPoint> _found = [];

    internal void FindAll()
    {
        foreach (PeerSection peer in file.Config.Peers)
        {
            if (peer.Endpoint is { } endpoint)
                Find(endpoint);
        }
    }

    /// <exception cref="OperationFailedException">It does not resolve.</exception>
    internal IPEndPoint Find(HostPort endpoint)
    {
        if (_found.TryGetValue(endpoint, out IPEndPoint? known))
            return known;
        string port = endpoint.Port.ToString(CultureInfo.InvariantCulture);
        return _found[endpoint] =
            _names.Find(endpoint.Host, port, patient: true, out string? why)
            ?? throw new OperationFailedException(
                $"{file.Path}: {endpoint.Host}: {why}",
                "Give the peer's address instead, or see to the name servers of this host."
            );
    }
}
