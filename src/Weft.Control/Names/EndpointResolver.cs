using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Weft.Config;

namespace Weft.Control;

/// <summary>Turns the peers' endpoints into addresses, all at once and within a time: one bad name holds up nobody.</summary>
public static class EndpointResolver
{
    /// <summary>For names that answer at all this is plenty; one that does not is tried again at the next start.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>The same beside the caller's work.</summary>
    public static Task<ImmutableArray<ResolvedEndpoint>> ResolveAsync(ImmutableArray<PeerSection> peers) =>
        Task.Run(() => Resolve(peers));

    /// <returns>One for each of <paramref name="peers"/> that has an endpoint, in their order.</returns>
    /// <param name="peers">Whose names.</param>
    /// <param name="limit">To wait for all of them; 5 s unless given.</param>
    public static ImmutableArray<ResolvedEndpoint> Resolve(IEnumerable<PeerSection> peers, TimeSpan? limit = null)
    {
        TimeSpan patience = limit ?? s_patience;
        using CancellationTokenSource late = new(patience);
        Task<ResolvedEndpoint>[] tasks =
        [
            .. peers.Where(p => p.Endpoint is not null).Select(p => ResolveAsync(p, p.Endpoint!, patience, late.Token)),
        ];
        return [.. Task.WhenAll(tasks).GetAwaiter().GetResult()];
    }

    static async Task<ResolvedEndpoint> ResolveAsync(
        PeerSection peer,
        HostPort endpoint,
        TimeSpan patience,
        CancellationToken late
    )
    {
        if (endpoint.AsAddress() is { } address)
            return new ResolvedEndpoint(peer, [address], null);
        try
        {
            // The system's order: RFC 6724, so a family that this host cannot reach comes last.
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(endpoint.Host, late)
                .WaitAsync(late)
                .ConfigureAwait(false);
            return new ResolvedEndpoint(peer, [.. addresses.Select(a => new IPEndPoint(a, endpoint.Port))], null);
        }
        catch (SocketException e)
        {
            return new ResolvedEndpoint(peer, [], e.Message);
        }
        catch (OperationCanceledException)
        {
            return new ResolvedEndpoint(peer, [], $"no answer within {patience.TotalSeconds:0} s");
        }
        catch (ArgumentException e)
        {
            // A name longer than DNS has.
            return new ResolvedEndpoint(peer, [], e.Message);
        }
    }
}

/// <summary>A peer's endpoint, looked up.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="Addresses">Best first; empty when there is none.</param>
/// <param name="Fault">Why there is none.</param>
public sealed record ResolvedEndpoint(PeerSection Peer, ImmutableArray<IPEndPoint> Addresses, string? Fault);
