using System.Text;
using Weft.Mesh;

namespace Weft.Fuzz.Targets;

/// <summary>
/// What a far site prints while a deployment talks to it, a login script's lines among it: a line is passed over or is whole,
/// and written again it reads the same.
/// </summary>
sealed class FarTextTarget : ITarget
{
    public TargetShape Shape { get; } =
        new("far-text")
        {
            IsText = true,
            MaxLength = 4 << 10,
            BriefRuns = 2_000,
            Budget = new(64 << 10, 400),
            Words = Words.Of([
                """{"weft":1,"version":"1.0","file":"/etc/wireguard/wg0.conf","running":true,"peers":[]}""",
                """{"weft":1,"version":null,"file":null,"peers":[null,{"site":null,"key":null,"inUse":true}]}""",
                """{"event":"ended","outcome":"confirmed","text":"a","changes":3}""",
                """{"event":"described","lines":["[Interface]",null]}""",
                """{"event":null}""",
                "\"lines\":null",
                "\"peers\":null",
                "\"trialSecondsLeft\":9223372036854775807",
                "\"\\ud800\"",
                "null",
                "[]",
                "{}",
                "{",
                "}",
                ",",
                "\n",
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        foreach (string line in Encoding.UTF8.GetString(input).Split('\n'))
        {
            FarGreeting? greeting;
            FarNews? news;
            using (seen.Measure())
            {
                greeting = FarJson.ReadGreeting(line);
                news = FarJson.ReadNews(line);
            }
            seen.Saw($"{greeting is null} {news is null}");
            if (greeting is not null)
            {
                seen.Saw("peers", greeting.Peers.Length);
                Rule.Holds(greeting.Peers.All(p => p is { Key: not null }), "every peer has a key");
                Rule.Holds(greeting is { Version: not null, File: not null }, "a greeting is whole");
                string written = FarJson.Write(greeting);
                Rule.Same(written, FarJson.Write(FarJson.ReadGreeting(written)!), "a greeting reads as it was written");
            }
            if (news is not null)
            {
                seen.Saw("lines", news.Lines.Length);
                Rule.Holds(news.Event is not null && !news.Lines.Contains(null!), "news is whole");
                string written = FarJson.Write(news);
                Rule.Same(written, FarJson.Write(FarJson.ReadNews(written)!), "news reads as it was written");
            }
        }
    }
}
