using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Weft.Config;

namespace Weft.Mesh;

/// <summary>
/// The wizard's conversation: questions one after another, each answer checked when it is given against all that was
/// answered before, back and abort at each. Knows nothing of terminals and writes nothing. One conversation, one thread.
/// </summary>
public sealed class MeshWizard
{
    const int MostSites = 10_000;
    const int LongestCheckSeconds = 86_400;

    /// <summary>What may have to go, those to keep before others first. Nothing else that is not asked for can misfit.</summary>
    static readonly ImmutableArray<FurtherSetting> s_further =
    [
        new("Domain", site => site with { Domain = null }),
        new("Endpoint", site => site with { EndpointHost = null, EndpointPort = null }),
        new("Address", site => site with { Addresses = [] }),
        new("Relay", site => site with { Relay = false }),
        new("Keepalive", site => site with { Keepalive = null }),
        new("Mtu", site => site with { Mtu = null }),
    ];

    readonly IWizardScreen _screen;
    WizardDraft _draft;

    /// <param name="screen">Where the conversation takes place.</param>
    /// <param name="existing">The mesh to change: its settings are the defaults. Null for a new one.</param>
    public MeshWizard(IWizardScreen screen, MeshConfig? existing)
    {
        _screen = screen;
        _draft = new WizardDraft(existing);
    }

    /// <summary>Asks everything. Null when the user ended it, or did not want it written.</summary>
    public MeshConfig? Run()
    {
        WizardStep step = WizardStep.Networks;
        int place = 0;
        while (true)
        {
            if (step == WizardStep.Write)
                ShowSummary();
            WizardReply reply = _screen.Ask(QuestionAt(step, place));
            switch (reply.Kind)
            {
                case WizardReplyKind.Abort:
                    return null;
                case WizardReplyKind.Back:
                    if (step == WizardStep.Networks)
                        _screen.Note("This is the first question.");
                    (step, place) = Before(step, place);
                    break;
                case WizardReplyKind.Answer when step != WizardStep.Write:
                    if (Take(step, place, reply.Text))
                        (step, place) = After(step, place);
                    break;
                case WizardReplyKind.Answer:
                    if (WizardAnswer.YesNo(reply.Text, out string? unclear) is bool write)
                        return write ? _draft.Whole : null;
                    _screen.Refuse(unclear!, null);
                    break;
            }
        }
    }

    (WizardStep, int) After(WizardStep step, int place) =>
        step == WizardStep.Nat && place + 1 < _draft.Count ? (WizardStep.Name, place + 1) : (step + 1, place);

    static (WizardStep, int) Before(WizardStep step, int place) =>
        step switch
        {
            WizardStep.Networks => (step, place),
            WizardStep.Name when place > 0 => (WizardStep.Nat, place - 1),
            _ => (step - 1, place),
        };

    WizardQuestion QuestionAt(WizardStep step, int place)
    {
        string name = _draft.Site(place).Name;
        return step switch
        {
            WizardStep.Networks => new(
                "The mesh",
                "Network for the tunnel addresses: IPv4, IPv6, or both by a comma",
                string.Join(", ", _draft.Networks.Select(AddressText.Format))
            ),
            WizardStep.Check => new(null, "Seconds between two checks of a link", Text((int)_draft.Check.TotalSeconds)),
            WizardStep.Count => new(null, "Number of sites", Text(_draft.Count)),
            WizardStep.Name => new(
                $"Site {place + 1} of {_draft.Count}",
                "Its full host name (FQDN)",
                _draft.NameDefault(place)
            ),
            WizardStep.Port => new(null, $"UDP port of {name}", Text(_draft.PortDefault(place))),
            WizardStep.Lans => new(
                null,
                $"LAN behind {name}: several by commas, or {WizardAnswer.None}",
                _draft.LanDefault(place)
            ),
            WizardStep.Nat => new(
                null,
                $"Is {name} behind NAT, so that nobody can dial in: yes or no",
                _draft.NatDefault(place) ? "yes" : "no"
            ),
            _ => new(null, "Write this mesh: yes or no", "yes"),
        };
    }

    /// <summary>Takes an answer into the draft; false, with the reason on the screen, when it won't do.</summary>
    bool Take(WizardStep step, int place, string text)
    {
        if (Answered(step, place, text, out string? fault) is not WizardDraft next)
        {
            _screen.Refuse(fault!, null);
            return false;
        }
        ImmutableArray<Finding> errors = ErrorsIn(next, step, place);
        if (!errors.IsEmpty && WithoutMisfits(next, step, place, out string misfits) is WizardDraft fewer)
        {
            // They came from the existing file, and nobody could mend them here.
            _screen.Note(
                $"What the old file says of {next.Site(place).Name} does not fit this and is left out: {misfits}."
            );
            (next, errors) = (fewer, []);
        }
        foreach (Finding error in errors)
            _screen.Refuse(error.Diagnostic.Message, error.Diagnostic.Remedy);
        if (errors.IsEmpty)
            _draft = next;
        return errors.IsEmpty;
    }

    /// <summary>The draft with an answer in it; null when the answer cannot be read.</summary>
    WizardDraft? Answered(WizardStep step, int place, string text, out string? fault)
    {
        WizardDraftSite site = _draft.Site(place);
        switch (step)
        {
            case WizardStep.Networks:
                ImmutableArray<IPNetwork> networks = WizardAnswer.Networks(text, out fault);
                return fault is null ? _draft with { Networks = networks } : null;
            case WizardStep.Check:
                return WizardAnswer.Number(text, 1, LongestCheckSeconds, out fault) is int seconds
                    ? _draft with
                    {
                        Check = TimeSpan.FromSeconds(seconds),
                    }
                    : null;
            case WizardStep.Count:
                return WizardAnswer.Number(text, 1, MostSites, out fault) is int count
                    ? _draft with
                    {
                        Count = count,
                    }
                    : null;
            case WizardStep.Name:
                fault = SiteName.FaultOf(text) is string bad ? $"the name {bad}" : null;
                return fault is null ? _draft.Named(place, text) : null;
            case WizardStep.Port:
                return WizardAnswer.Number(text, 1, ushort.MaxValue, out fault) is int port
                    ? _draft.With(place, site with { Port = (ushort)port })
                    : null;
            case WizardStep.Lans:
                ImmutableArray<LanMap> lans = WizardAnswer.Lans(text, out fault);
                return fault is null ? _draft.With(place, site with { Lans = lans }) : null;
            default:
                return WizardAnswer.YesNo(text, out fault) is bool nat
                    ? _draft.With(place, site with { Nat = nat })
                    : null;
        }
    }

    static ImmutableArray<Finding> ErrorsIn(WizardDraft draft, WizardStep step, int place) =>
        [
            .. MeshPreflight
                .Check(draft.UpTo(step, place), "the answers")
                .Where(finding => finding.Level == FindingLevel.Error),
        ];

    /// <summary>The draft without those of a site's further settings that do not fit, if it is good without them.</summary>
    static WizardDraft? WithoutMisfits(WizardDraft draft, WizardStep step, int place, out string misfits)
    {
        ImmutableArray<FurtherSetting> dropped = s_further;
        misfits = "";
        if (step < WizardStep.Name || draft.Site(place).Origin is not MeshSite origin || !IsGood(dropped))
            return null;
        foreach (FurtherSetting setting in s_further)
        {
            if (IsGood(dropped.Remove(setting)))
                dropped = dropped.Remove(setting);
        }
        misfits = string.Join(", ", dropped.Select(setting => setting.Key));
        return Without(dropped);

        bool IsGood(ImmutableArray<FurtherSetting> settings) => ErrorsIn(Without(settings), step, place).IsEmpty;

        WizardDraft Without(ImmutableArray<FurtherSetting> settings)
        {
            MeshSite fewer = settings.Aggregate(origin, (site, setting) => setting.Without(site));
            return draft.With(place, draft.Site(place) with { Origin = fewer });
        }
    }

    void ShowSummary()
    {
        MeshConfig mesh = _draft.Whole;
        _screen.Show(mesh, MeshOverview.Of(mesh), MeshPreflight.Check(mesh, "the answers"));
        if (_draft.Leaving is { IsEmpty: false } leaving)
            _screen.Note($"These sites of the old mesh leave it: {string.Join(", ", leaving)}.");
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A setting of a site that the wizard does not ask for.</summary>
    /// <param name="Key">As the file has it.</param>
    /// <param name="Without">The site without it.</param>
    sealed record FurtherSetting(string Key, Func<MeshSite, MeshSite> Without);
}
