using System.Collections.Immutable;
using Weft.Control;

namespace Weft.Mesh;

/// <summary>
/// Brings sites their files: asks all of them what runs, works out whose turn is when, and lets each have its file, as
/// many at once as the order allows. One that fails stops nobody but those that have to wait for it.
/// </summary>
/// <param name="news">Told what happens, from any thread.</param>
public sealed class MeshDeployment(DeployableMesh mesh, SshClient ssh, DeployOptions options, Action<DeployNews> news)
{
    /// <summary>Deploys to some sites of the mesh.</summary>
    /// <param name="places">Theirs in the mesh.</param>
    /// <returns>What became of each, in the same order.</returns>
    public async Task<ImmutableArray<DeployResult>> RunAsync(ImmutableArray<int> places, CancellationToken stop)
    {
        using SemaphoreSlim slots = new(options.AtOnce);
        ImmutableArray<SiteDeployment> sites =
        [
            .. places.Select(place => new SiteDeployment(
                mesh,
                place,
                new SiteCalls(mesh.Sites[place], ssh, options, slots),
                options,
                news
            )),
        ];
        Dictionary<string, SiteDeployment> byName = sites.ToDictionary(s => s.Name, StringComparer.OrdinalIgnoreCase);
        try
        {
            await Task.WhenAll(sites.Select(site => GuardedAsync(site, () => site.SurveyAsync(stop))))
                .ConfigureAwait(false);
            DeployOrder order = new(
                sites.Select(site => new SurveyedSite(site.Name, site.Greeting, site.HasChange)),
                mesh.KeysOf
            );
            await Task.WhenAll(
                    sites.Where(site => site.HasChange).Select(site => GuardedAsync(site, () => GoAsync(site)))
                )
                .ConfigureAwait(false);
            return [.. await Task.WhenAll(sites.Select(site => site.Done)).ConfigureAwait(false)];

            Task GoAsync(SiteDeployment site) =>
                options.CheckOnly
                    ? site.DescribeAsync(order.TurnOf(site.Name), stop)
                    : site.ApplyAsync(order.TurnOf(site.Name), name => byName[name], stop);
        }
        finally
        {
            foreach (SiteDeployment site in sites)
                site.Dispose();
        }
    }

    /// <summary>Others may be waiting for this one, so it ends whatever comes.</summary>
    static async Task GuardedAsync(SiteDeployment site, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OperationFailedException e)
        {
            site.Fail(e.Message, e.Remedy);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            site.Fail(e.Message, null);
        }
    }
}
