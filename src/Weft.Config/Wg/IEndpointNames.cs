using System.Net;

namespace Weft.Config;

/// <summary>
/// What turns the names in wg's files and arguments into numbers. The seam between parsing, which is pure, and the
/// resolver of the system.
/// </summary>
public interface IEndpointNames
{
    /// <summary>The port of a UDP service, given by name or number; null when there is none such.</summary>
    /// <param name="why">The reason, as half a sentence.</param>
    ushort? FindPort(string service, out string? why);

    /// <summary>The endpoint of a host and a service, each given by name or number; null when there is none such.</summary>
    /// <param name="patient">Try again for a while when the failure may pass.</param>
    /// <param name="why">The reason, as half a sentence.</param>
    IPEndPoint? Find(string host, string service, bool patient, out string? why);
}
