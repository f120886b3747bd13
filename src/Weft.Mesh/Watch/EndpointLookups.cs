using System.Collections.Immutable;
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>
/// Looks up the names of peers that are down, beside the watching: one batch at a time, each name at most every half
/// minute. Owned by a <see cref="SiteWatch"/> and used on its thread; <see cref="Done"/> becomes readable from another.
/// </summary>
sealed class EndpointLookups : IDisposable
{
    static readonly TimeSpan s_again = TimeSpan.FromSeconds(30);

    /// <summary>A resolver that hangs holds up this many threads and no more.</summary>
    const int BatchSize = 16;

    readonly Dictionary<PublicKey, TimeSpan> _asked = [];
    Task<ImmutableArray<ResolvedEndpoint>>? _batch;

    /// <summary>Readable when answers can be taken.</summary>
    internal EventCounter Done { get; } = new();

    /// <summary>Asks for those whose turn it is, the longest unasked first.</summary>
    internal void Ask(IEnumerable<PeerSection> peers, TimeSpan now)
    {
        if (_batch is not null)
            return;
        ImmutableArray<PeerSection> due =
        [
            .. peers
                .Where(p => p.Endpoint is not null)
                .Where(p => !_asked.TryGetValue(p.PublicKey, out TimeSpan last) || now - last >= s_again)
                .OrderBy(p => _asked.GetValueOrDefault(p.PublicKey, TimeSpan.MinValue))
                .Take(BatchSize),
        ];
        if (due.IsEmpty)
            return;
        foreach (PeerSection peer in due)
            _asked[peer.PublicKey] = now;
        _batch = Lookup(due);
    }

    /// <summary>A peer that came up is asked for at once when it goes down again.</summary>
    internal void Forget(PublicKey peer) => _asked.Remove(peer);

    /// <summary>The answers of a batch that is through; empty while there is none.</summary>
    internal ImmutableArray<ResolvedEndpoint> Take()
    {
        if (_batch is not { IsCompleted: true })
            return [];
        Done.Reset();
        ImmutableArray<ResolvedEndpoint> answers = _batch.GetAwaiter().GetResult();
        _batch = null;
        return answers;
    }

    /// <summary>Waits for the batch, which has a time limit of its own.</summary>
    internal void WaitForBatch() => _batch?.Wait();

    public void Dispose()
    {
        // The batch that still runs signals it at its end.
        if (_batch is null or { IsCompleted: true })
            Done.Dispose();
    }

    async Task<ImmutableArray<ResolvedEndpoint>> Lookup(ImmutableArray<PeerSection> peers)
    {
        try
        {
            return await EndpointResolver.ResolveAsync(peers).ConfigureAwait(false);
        }
        finally
        {
            Done.Signal();
        }
    }

    /// <summary>
    /// Which of a name's addresses to dial: the first, or the one after that which did not answer, round and round.
    /// </summary>
    internal static IPEndPoint? Pick(ImmutableArray<IPEndPoint> addresses, IPEndPoint? current)
    {
        if (addresses.IsEmpty)
            return null;
        int at = current is null ? -1 : addresses.IndexOf(current);
        IPEndPoint next = addresses[(at + 1) % addresses.Length];
        return next.Equals(current) ? null : next;
    }
}
