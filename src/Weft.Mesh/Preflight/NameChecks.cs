using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;

namespace Weft.Mesh;

/// <summary>
/// That the names which others dial lead somewhere. What this host is told may differ from what the sites are, so all of it
/// is a warning. <see cref="Ask"/> asks the name servers and blocks; <see cref="Judge"/> is pure.
/// </summary>
public static class NameChecks
{
    /// <summary>Of names that are listed one by one; where the name servers are not there at all, none resolves.</summary>
    const int MostListed = 20;

    /// <summary>Looks up every name that is dialled, all at once and within a time.</summary>
    /// <param name="config">The mesh.</param>
    /// <param name="only">The one site whose name is of interest; null for all.</param>
    /// <param name="limit">To wait for the answers; 5 s unless given.</param>
    public static ImmutableArray<ResolvedEndpoint> Ask(MeshConfig config, string? only = null, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return EndpointResolver.Resolve(
            config
                .Sites.Where(site => only is null || site.Name == only)
                .Select(site => new PeerSection
                {
                    Site = site.Name,
                    // It only carries the endpoint; nothing is set up with it.
                    PublicKey = default,
                    Endpoint =
                        MeshPlan.EndpointOf(config, site) is { } endpoint && endpoint.AsAddress() is null
                            ? endpoint
                            : null,
                }),
            limit
        );
    }

    /// <summary>What there is to say of the answers.</summary>
    /// <param name="config">A mesh without errors.</param>
    /// <param name="file">The name of its file, for the findings.</param>
    /// <param name="answers">Of <see cref="Ask"/>.</param>
    public static ImmutableArray<Finding> Judge(
        MeshConfig config,
        string file,
        IReadOnlyCollection<ResolvedEndpoint> answers
    )
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(answers);
        Findings findings = new(config, file);
        Dictionary<string, ResolvedEndpoint> bySite = answers.ToDictionary(a => a.Peer.Site!);
        Dictionary<IPEndPoint, int> dialled = [];
        List<int> unknown = [];
        ImmutableArray<(IpRange Range, string What)> networks = EndpointChecks.NetworksOf(config);
        for (int i = 0; i < config.Sites.Length; i++)
        {
            if (!bySite.TryGetValue(config.Sites[i].Name, out ResolvedEndpoint? answer))
                continue;
            if (answer.Addresses.IsEmpty)
                Unresolved(i, answer, unknown, config, findings);
            else
                Resolved(i, answer, dialled, networks, config, findings);
        }
        if (unknown.Count > MostListed)
            findings.OfSites(
                FindingLevel.Warning,
                unknown.ToArray().AsSpan(MostListed),
                "Name",
                $"{unknown.Count - MostListed} more names do not resolve here, not listed",
                "see whether this host's name servers answer at all"
            );
        return findings.InOrder();
    }

    static void Unresolved(int site, ResolvedEndpoint answer, List<int> unknown, MeshConfig config, Findings findings)
    {
        unknown.Add(site);
        if (unknown.Count <= MostListed)
            findings.Warning(
                site,
                EndpointChecks.DialledBy(config.Sites[site]),
                $"{answer.Peer.Endpoint!.Host}, where others dial {config.Sites[site].Name}, does not resolve here: {answer.Fault ?? "it has no address"}",
                "make the name known in DNS before the sites start, or set Endpoint"
            );
    }

    static void Resolved(
        int site,
        ResolvedEndpoint answer,
        Dictionary<IPEndPoint, int> dialled,
        ImmutableArray<(IpRange Range, string What)> networks,
        MeshConfig config,
        Findings findings
    )
    {
        ValueOf key = EndpointChecks.DialledBy(config.Sites[site]);
        string said = $"{answer.Peer.Endpoint!.Host}, where others dial {config.Sites[site].Name}, is";
        foreach (IPEndPoint at in answer.Addresses)
        {
            IPAddress address = at.Address;
            (IpRange _, string? inside) = networks.FirstOrDefault(one => one.Range.Contains(address));
            if (inside is not null)
                findings.Warning(
                    site,
                    key,
                    $"{said} {address} here, which lies in {inside}: a site told so would look for it in the tunnel itself",
                    "see that the sites' own name servers give its public address, or set Endpoint"
                );
            else if (
                AddressKind.NeverRoutedIn(IpRange.Of(new IPNetwork(address, IpRange.BitsOf(address.AddressFamily)))) is
                { } kind
            )
                findings.Warning(
                    site,
                    key,
                    $"{said} {address} here, {kind}",
                    "see that DNS gives its public address, or set Endpoint"
                );
            else if (AddressKind.IsPrivate(address))
                findings.Warning(
                    site,
                    key,
                    $"{said} {address} here, a private address, which the Internet does not reach",
                    "see that the sites' own name servers give its public address, or say Nat = yes"
                );
            if (!dialled.TryAdd(at, site) && dialled[at] != site)
                findings.OfSites(
                    FindingLevel.Warning,
                    [site, dialled[at]],
                    key,
                    $"{config.Sites[site].Name} and {config.Sites[dialled[at]].Name} are both dialled at {at}, as their names resolve here",
                    "give one of them another Endpoint or Port"
                );
        }
    }
}
