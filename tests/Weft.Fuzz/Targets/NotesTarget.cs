using System.Net;
using System.Text.Json;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;
using Weft.Mesh;

namespace Weft.Fuzz.Targets;

/// <summary>
/// What the watcher leaves for the next start: its notes in <c>/run</c>, and where the peers answered last, which outlives a
/// reboot. All of it may be damaged: it is passed over, or all that is made of it can be.
/// </summary>
sealed class NotesTarget : ITarget
{
    const string Key = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

    static readonly PeerSection Peer = new()
    {
        PublicKey = new PublicKey(Convert.FromBase64String(Key)),
        Endpoint = new HostPort("a.example.org", 51820),
    };

    public TargetShape Shape { get; } =
        new("notes")
        {
            IsText = true,
            MaxLength = 8 << 10,
            BriefRuns = 5_000,
            Budget = new(64 << 10, 400),
            Words = Words.Of([
                $$$$"""{"version": 1, "links": {"{{{{Key}}}}": {"isUp": false, "failures": 3, "since": "1.02:03:04"}}, "history": []}""",
                $$$$"""{"peers": {"{{{{Key}}}}": {"name": "a.example.org:51820", "address": "192.0.2.1:51820"}}}""",
                $$$$"""{"peers": {"{{{{Key}}}}": null}}""",
                """{"version": 1, "links": {"x": null}, "history": [null]}""",
                """{"at": "2026-11-22T00:00:00+00:00", "kind": "down", "peer": null, "text": "a"}""",
                "\"boot\": \"5f0c1f5e-33a4-4a5e-9e51-7d1b3a0c2f11\"",
                "\"history\": [",
                "\"links\": {",
                "\"since\": \"-10675199.02:48:05.4775808\"",
                "\"calmSince\": \"10675199.02:48:05.4775807\"",
                "\"flaps\": 2147483647",
                "\"successes\": -2147483648",
                "\"address\": ",
                "null",
                "{}",
                "[]",
                ",",
                .. Words.Endpoints,
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        byte[] text = input.ToArray();
        try
        {
            WatchNotes? notes;
            using (seen.Measure())
                notes = WatchNotes.Parse(text);
            seen.Saw($"notes {notes is null}");
            if (notes is not null)
                Check(notes, seen);
        }
        catch (JsonException)
        {
            seen.Saw("no notes");
        }
        try
        {
            using (seen.Measure())
            {
                IPEndPoint? found = EndpointMemory.Parse(text).Find(Peer);
                seen.Saw($"found {found is null}");
                Rule.Holds(found is not { Port: 0 }, "what can be dialled has a port");
            }
        }
        catch (JsonException)
        {
            seen.Saw("no memory");
        }
    }

    static void Check(WatchNotes notes, Observation seen)
    {
        seen.Saw("links", notes.Links.Count);
        seen.Saw("events", notes.History.Length);
        byte[] written = notes.ToBytes();
        Rule.Same(written, WatchNotes.Parse(written)!.ToBytes(), "notes read as they were written");
        foreach (LinkState link in notes.Links.Values)
        {
            seen.Saw($"{link.IsUp} {link.AnswersProbes} {link.Handshake.IsNever}");
            seen.Saw("failures", link.Failures);
            seen.Saw("flaps", link.Flaps);
            foreach (bool echo in (bool[])[false, true])
            {
                LinkEvidence evidence = new(echo, default, null);
                LinkVerdict verdict = LinkPolicy.Judge(link, evidence, TimeSpan.FromHours(1), new LinkRules());
                seen.Saw($"{verdict.Change}");
            }
        }
    }
}
