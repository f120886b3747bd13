using System.Diagnostics;
using System.Net;
using Weft.Linux;

namespace Weft.Mesh;

/// <summary>One question of an <see cref="EchoRound"/>, and in the end its answer.</summary>
/// <param name="to">Who is asked.</param>
/// <param name="length">Of the whole packet.</param>
/// <param name="hops">Routers that it may pass, plus one; 0 for as many as usual.</param>
sealed class EchoQuestion(IPAddress to, int length = EchoQuestion.Small, short hops = 0)
{
    /// <summary>As small as an echo gets, whatever the family.</summary>
    internal const int Small = 68;

    internal IPAddress To => to;

    internal int Length => length;

    internal short Hops => hops;

    /// <summary>What came back first; null while nothing has.</summary>
    internal EchoReply? Reply { get; set; }

    internal TimeSpan RoundTrip { get; set; }

    internal long SentAt { get; set; }

    /// <summary>An echo came back, and no error.</summary>
    internal bool IsAnswered => Reply is { Error: null };
}

/// <summary>Asks many questions at once over one socket, and those that stay unanswered again and again. One thread.</summary>
static class EchoRound
{
    /// <param name="socket">Whose errors are replies as well.</param>
    /// <param name="questions">At most 65,536.</param>
    /// <param name="patience">For all of them.</param>
    /// <param name="again">Time until those without an answer are asked again.</param>
    internal static void Ask(EchoSocket socket, List<EchoQuestion> questions, TimeSpan patience, TimeSpan again)
    {
        int open = questions.Count;
        long begun = Stopwatch.GetTimestamp();
        TimeSpan nextRound = TimeSpan.Zero;
        while (open > 0)
        {
            while (socket.TryReceive(out EchoReply reply))
            {
                if (reply.Sequence >= questions.Count || questions[reply.Sequence] is not { Reply: null } question)
                    continue;
                // An answer of somebody else says nothing of the one who was asked.
                if (reply.Error is null && !reply.From.Equals(question.To))
                    continue;
                question.Reply = reply;
                question.RoundTrip = Stopwatch.GetElapsedTime(question.SentAt);
                open--;
            }
            TimeSpan elapsed = Stopwatch.GetElapsedTime(begun);
            if (open == 0 || elapsed >= patience)
                return;
            if (elapsed >= nextRound)
            {
                for (int i = 0; i < questions.Count; i++)
                {
                    EchoQuestion question = questions[i];
                    if (question.Reply is not null)
                        continue;
                    question.SentAt = Stopwatch.GetTimestamp();
                    socket.TrySend(question.To, (ushort)i, question.Length, question.Hops);
                }
                nextRound = elapsed + again;
            }
            TimeSpan wait = TimeSpan.FromTicks(Math.Min(nextRound.Ticks, patience.Ticks)) - elapsed;
            socket.Wait(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        }
    }
}
