using System.Collections.Immutable;
using System.Net;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>The questions, in the order in which they come.</summary>
enum WizardStep
{
    Networks,
    Check,
    Count,
    Name,
    Port,
    Lans,
    Nat,
    Write,
}

/// <summary>
/// The answers so far, and from them the defaults of the questions. An answer that was gone back over stays as its
/// question's default, and counts again once the question has been answered again.
/// </summary>
sealed record WizardDraft
{
    internal WizardDraft(MeshConfig? existing)
    {
        Existing = existing;
        Networks = existing?.Networks ?? [IPNetwork.Parse("192.168.192.0/24")];
        Check = existing?.Check ?? MeshConfig.DefaultCheck;
        Count = existing is { Sites.Length: > 0 } ? existing.Sites.Length : 2;
    }

    MeshConfig? Existing { get; }

    ushort MeshPort => Existing?.Port ?? MeshConfig.DefaultPort;

    internal ImmutableArray<IPNetwork> Networks { get; init; }

    internal TimeSpan Check { get; init; }

    internal int Count { get; init; }

    /// <summary>As many as have been named, at least.</summary>
    ImmutableList<WizardDraftSite> Sites { get; init; } = [];

    internal WizardDraftSite Site(int place) => place < Sites.Count ? Sites[place] : WizardDraftSite.Unanswered;

    internal WizardDraft With(int place, WizardDraftSite site) =>
        this with
        {
            Sites = place < Sites.Count ? Sites.SetItem(place, site) : Sites.Add(site),
        };

    /// <summary>
    /// Gives a site its name. The site of that name in the existing mesh lends its answers as defaults, and keeps its
    /// settings that the wizard does not ask for.
    /// </summary>
    internal WizardDraft Named(int place, string name)
    {
        WizardDraftSite site = Site(place);
        if (site.Name == name)
            return this;
        MeshSite? namesake = Existing?.Sites.FirstOrDefault(s => IsSame(s.Name, name));
        return With(
            place,
            namesake is null
                ? site with
                {
                    Name = name,
                    Origin = null,
                }
                : new WizardDraftSite { Name = name, Origin = namesake }
        );
    }

    /// <summary>What the site was called before, else the next site of the existing mesh that has not come up.</summary>
    internal string NameDefault(int place)
    {
        if (Site(place).Name.Length > 0)
            return Site(place).Name;
        IEnumerable<string> existing = Existing?.Sites.Select(s => s.Name) ?? [];
        return existing.FirstOrDefault(name => !Sites.Take(place).Any(s => IsSame(s.Name, name))) ?? "";
    }

    internal ushort PortDefault(int place) => Site(place).Port ?? Site(place).Origin?.Port ?? MeshPort;

    internal bool NatDefault(int place) => Site(place).Nat ?? Site(place).Origin?.Nat ?? false;

    /// <summary>For a site of which nothing is known, the first 10.0.n.0/24 that nothing answered before overlaps.</summary>
    internal string LanDefault(int place)
    {
        if ((Site(place).Lans ?? Site(place).Origin?.MappedLans) is ImmutableArray<LanMap> known)
            return known.IsEmpty ? WizardAnswer.None : string.Join(", ", known);
        List<IpRange> taken =
        [
            .. Networks.Select(IpRange.Of),
            .. Sites
                .Take(place)
                .SelectMany(site => site.Lans ?? [])
                .SelectMany(lan => (IPNetwork[])[lan.Real, lan.Shown])
                .Select(IpRange.Of),
        ];
        for (int n = place + 1; n < 256; n++)
        {
            IPNetwork lan = new(new IPAddress([10, 0, (byte)n, 0]), 24);
            if (!taken.Exists(range => range.Overlaps(IpRange.Of(lan))))
                return AddressText.Format(lan);
        }
        return "";
    }

    /// <summary>
    /// The mesh as answered up to and with a question. The sites to come are public stand-ins that clash with nothing, so
    /// that every error in it is of an answer.
    /// </summary>
    internal MeshConfig UpTo(WizardStep step, int place)
    {
        // Before the sites are counted there is one: a network cannot be too small yet.
        int count = step < WizardStep.Count ? 1 : Count;
        int answered = step < WizardStep.Name ? 0 : place;
        return new MeshConfig
        {
            Networks = Networks,
            Check = Check,
            Links = Existing?.Links ?? LinkRules.Default,
            Port = MeshPort,
            Sites =
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i =>
                        i < answered ? Site(i).UpTo(WizardStep.Nat, MeshPort)
                        : i == answered && step >= WizardStep.Name ? Site(i).UpTo(step, MeshPort)
                        : new MeshSite { Name = $"stand-in-{i}.invalid" }
                    ),
            ],
        };
    }

    internal MeshConfig Whole => UpTo(WizardStep.Write, Count - 1);

    /// <summary>Sites of the existing mesh that are not among the answers.</summary>
    internal ImmutableArray<string> Leaving =>
        [
            .. (Existing?.Sites ?? [])
                .Select(existing => existing.Name)
                .Where(name => !Sites.Take(Count).Any(site => IsSame(site.Name, name))),
        ];

    static bool IsSame(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The answers about one site: what is null has not been answered.</summary>
sealed record WizardDraftSite
{
    internal static WizardDraftSite Unanswered { get; } = new();

    internal string Name { get; init; } = "";

    internal ushort? Port { get; init; }

    internal ImmutableArray<LanMap>? Lans { get; init; }

    internal bool? Nat { get; init; }

    /// <summary>The site of the existing mesh whose further settings are kept.</summary>
    internal MeshSite? Origin { get; init; }

    /// <summary>The site as answered up to a question.</summary>
    internal MeshSite UpTo(WizardStep step, ushort meshPort)
    {
        MeshSite site = Origin ?? new MeshSite { Name = Name };
        return site with
        {
            Name = Name,
            Port = step < WizardStep.Port || Port == meshPort ? null : Port,
            MappedLans = step < WizardStep.Lans ? [] : Lans ?? [],
            Nat = step >= WizardStep.Nat && Nat == true,
            Line = 0,
            Places = [],
        };
    }
}
