namespace Weft.Control;

/// <summary>
/// The host's firewall as rules that can be asked what they do with a packet, without sending it. Pure. What a rule asks for
/// that is not known (sets, limits, marks, extensions) makes the answer uncertain instead of wrong.
/// </summary>
/// <param name="chains">All chains, of every tool.</param>
sealed class PacketFilter(IEnumerable<FilterChain> chains)
{
    /// <summary>Jumps within jumps; the kernel takes 16.</summary>
    const int Deepest = 16;

    readonly List<FilterChain> _chains = [.. chains];

    /// <summary>A packet must pass every chain of every hook on its way; an accept ends only the chain that says it.</summary>
    internal FilterVerdict Ask(FilterPacket packet)
    {
        string? perhaps = null;
        Dictionary<FilterChain, Passage> walked = new(ReferenceEqualityComparer.Instance);
        foreach (string hook in packet.Hooks)
        {
            IEnumerable<FilterChain> bases = _chains
                .Where(c => c.Hook == hook && c.Sees(packet))
                .OrderBy(c => c.Priority);
            foreach (FilterChain chain in bases)
            {
                Passage passage = Walk(chain, packet, 0, walked);
                if (passage.End == End.Dropped)
                    return new FilterVerdict(false, passage.Rule);
                perhaps ??= passage.Rule;
                if (passage.End != End.Undecided || !chain.PolicyDrops)
                    continue;
                string policy = $"{chain.Title}: policy drop";
                if (!passage.MayBeOver)
                    return new FilterVerdict(false, policy);
                perhaps ??= policy;
            }
        }
        return perhaps is null ? FilterVerdict.Pass : new FilterVerdict(null, perhaps);
    }

    /// <param name="End">How it ended.</param>
    /// <param name="Rule">The rule that dropped it, or that may have.</param>
    /// <param name="MayBeOver">A rule that may mean it would have accepted it.</param>
    readonly record struct Passage(End End, string? Rule, bool MayBeOver);

    enum End
    {
        Undecided,
        Accepted,
        Dropped,
    }

    /// <param name="walked">What was found out for this packet: many rules may lead to one chain, and so on from there.</param>
    Passage Walk(FilterChain chain, FilterPacket packet, int depth, Dictionary<FilterChain, Passage> walked)
    {
        if (walked.TryGetValue(chain, out Passage known))
            return known;
        // The kernel takes no chain that leads back to itself.
        walked[chain] = default;
        return walked[chain] = WalkRules(chain, packet, depth, walked);
    }

    Passage WalkRules(FilterChain chain, FilterPacket packet, int depth, Dictionary<FilterChain, Passage> walked)
    {
        string? perhaps = null;
        bool mayBeOver = false;
        foreach (FilterRule rule in chain.Rules)
        {
            bool? means = rule.Means(packet);
            if (means == false)
                continue;
            bool isSure = means == true && !mayBeOver;
            switch (rule.Action)
            {
                case FilterAction.Accept when means == true:
                    return new Passage(End.Accepted, perhaps, mayBeOver);
                case FilterAction.Accept:
                case FilterAction.Unknown:
                    mayBeOver = true;
                    break;
                case FilterAction.Drop when isSure:
                    return new Passage(End.Dropped, $"{chain.Title}: {rule.Text}", false);
                case FilterAction.Drop:
                    perhaps ??= $"{chain.Title}: {rule.Text}";
                    if (means == true)
                        return new Passage(End.Accepted, perhaps, true);
                    break;
                case FilterAction.Return when means == true:
                    return new Passage(End.Undecided, perhaps, mayBeOver);
                case FilterAction.Return:
                    mayBeOver = true;
                    break;
                case FilterAction.Jump or FilterAction.Goto when Find(chain, rule.Target) is { } to && depth < Deepest:
                    Passage inner = Walk(to, packet, depth + 1, walked);
                    perhaps ??= inner.End == End.Dropped && isSure ? null : inner.Rule;
                    if (inner.End == End.Dropped && isSure)
                        return inner;
                    if (means == true && inner.End != End.Undecided)
                        return new Passage(End.Accepted, perhaps, mayBeOver || inner.MayBeOver);
                    mayBeOver |= inner.MayBeOver || (means is null && inner.End != End.Undecided);
                    if (rule.Action == FilterAction.Goto && means == true)
                        return new Passage(End.Undecided, perhaps, mayBeOver);
                    break;
            }
        }
        return new Passage(End.Undecided, perhaps, mayBeOver);
    }

    FilterChain? Find(FilterChain from, string? name) =>
        _chains.FirstOrDefault(c => c.Place == from.Place && c.Name == name);
}
