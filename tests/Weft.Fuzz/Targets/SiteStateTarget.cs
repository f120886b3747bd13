using System.Text.Json;
using Weft.Control;

namespace Weft.Fuzz.Targets;

/// <summary>
/// What a start leaves in <c>/run/weft</c> for a stop: it is whole, and written again it reads the same; or it is damaged, and
/// a stop goes on without it.
/// </summary>
sealed class SiteStateTarget : ITarget
{
    public TargetShape Shape { get; } =
        new("site-state")
        {
            IsText = true,
            MaxLength = 8 << 10,
            BriefRuns = 20_000,
            Budget = new(64 << 10, 400),
            Words = Words.Of([
                """{"version": 1, "name": "wg0", "file": "/a", "namespace": "net:[1]", "engine": "Userspace"}""",
                "\"endpoints\": {",
                "\"addresses\": [",
                "\"restore\": [{\"key\": \"net/ipv4/ip_forward\", \"value\": \"0\"}]",
                "\"needs\": [",
                "\"preDown\": [",
                "\"postDown\": ",
                "null",
                "[null]",
                "{}",
                "[]",
                "\"\\ud800\"",
                "1e99",
                ",",
                "\"",
                .. Words.Addresses,
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        SiteState? state;
        using (seen.Measure())
            state = SiteState.Parse(input);
        seen.Saw($"{state is null}");
        if (state is null)
            return;
        seen.Saw("restore", state.Restore.Length);
        seen.Saw("needs", state.Needs.Length + state.Addresses.Length);
        seen.Saw("hooks", state.PreDown.Length + state.PostDown.Length);
        seen.Saw("endpoints", state.Endpoints.Count);
        // What stop does with each of them.
        foreach (Sysctl setting in state.Restore)
            Rule.Holds(setting.ToString().Contains('='), "a setting has a key and a value");
        byte[] written = Write(state);
        SiteState? again = SiteState.Parse(written);
        Rule.Holds(again is not null, "what is written is read");
        Rule.Same(written, Write(again!), "what is written reads the same");
    }

    static byte[] Write(SiteState state) => JsonSerializer.SerializeToUtf8Bytes(state, SiteStateJson.Default.SiteState);
}
