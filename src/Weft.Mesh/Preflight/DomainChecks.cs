using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// That every name belongs to one site, and that no name which is needed to reach a site is asked of a site: it could
/// never be asked before the tunnel is up.
/// </summary>
static class DomainChecks
{
    internal static void Run(MeshConfig config, Findings findings)
    {
        Dictionary<string, int> owners = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < config.Sites.Length; i++)
        {
            if (config.Sites[i].Domain is not { } domain)
                continue;
            if (!owners.TryAdd(domain, i))
                Twice(domain, i, owners[domain], config, findings);
            if (string.Equals(LastLabel(domain), "local", StringComparison.OrdinalIgnoreCase))
                findings.Warning(
                    i,
                    "Domain",
                    $"Domain = {domain} of {config.Sites[i].Name} ends in local, which many hosts ask of their neighbours and not of a name server",
                    "use one such as paris.lan or paris.internal"
                );
        }
        if (owners.Count == 0)
            return;
        for (int i = 0; i < config.Sites.Length; i++)
        {
            if (config.Sites[i].Domain is { } domain)
                Within(domain, i, owners, config, findings);
            Dialled(i, owners, config, findings);
        }
    }

    static void Twice(string domain, int site, int first, MeshConfig config, Findings findings) =>
        findings.OfSites(
            FindingLevel.Error,
            [site, first],
            "Domain",
            $"Domain = {domain} is that of {config.Sites[site].Name} and of {config.Sites[first].Name}",
            "give each site a domain of its own"
        );

    static void Within(string domain, int site, Dictionary<string, int> owners, MeshConfig config, Findings findings)
    {
        if (Around(domain, owners) is not int other || other == site)
            return;
        findings.OfSites(
            FindingLevel.Error,
            [site, other],
            "Domain",
            $"Domain = {domain} of {config.Sites[site].Name} lies within Domain = {config.Sites[other].Domain} of {config.Sites[other].Name}",
            "give each site a domain that is not part of another's"
        );
    }

    static void Dialled(int site, Dictionary<string, int> owners, MeshConfig config, Findings findings)
    {
        if (MeshPlan.EndpointOf(config, config.Sites[site]) is not { } endpoint || endpoint.AsAddress() is not null)
            return;
        string host = endpoint.Host.TrimEnd('.');
        int? owner = owners.TryGetValue(host, out int own) ? own : Around(host, owners);
        if (owner is not int other)
            return;
        findings.OfSites(
            FindingLevel.Error,
            [other, site],
            "Domain",
            $"others dial {config.Sites[site].Name} at {host}, which lies in Domain = {config.Sites[other].Domain} of {config.Sites[other].Name}: "
                + "its address would be asked for through the tunnel that it is needed for",
            "choose a domain that is for the insides of the sites alone, such as paris.lan"
        );
    }

    /// <summary>The owner of the nearest domain that a name lies within.</summary>
    static int? Around(string name, Dictionary<string, int> owners)
    {
        for (int dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.', dot + 1))
        {
            if (owners.TryGetValue(name[(dot + 1)..], out int owner))
                return owner;
        }
        return null;
    }

    static string LastLabel(string domain) => domain[(domain.LastIndexOf('.') + 1)..];
}
