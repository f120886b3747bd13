using Weft.Linux;

namespace Weft.Fuzz.Targets;

/// <summary>The control messages beside a datagram: reading never leaves their block, and comes to an end.</summary>
sealed unsafe class ControlMessagesTarget : ITarget
{
    public TargetShape Shape { get; } =
        new("control-messages")
        {
            MaxLength = 256,
            BriefRuns = 300_000,
            Budget = new(4 << 10, 0),
            Words =
            [
                [20, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 104, 0, 0, 0, 0xA0, 5, 0, 0, 0, 0, 0, 0],
                [17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0],
                [28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 0, 0, 0, 0],
                [36, 0, 0, 0, 0, 0, 0, 0, 41, 0, 0, 0, 50, 0, 0, 0],
                [20, 0, 0, 0, 0, 0, 0, 0, 41, 0, 0, 0, 67, 0, 0, 0, 3, 0, 0, 0],
                [0xFF, 0xFF, 0xFF, 0x7F],
                [0xFF, 0xFF, 0xFF, 0xFF],
                [16, 0, 0, 0, 0, 0, 0, 0],
            ],
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        byte[] block = input.ToArray();
        ReceivedMessage message = new() { Length = 3000, SegmentSize = 3000 };
        fixed (byte* start = block)
        {
            int offset = 0;
            using (seen.Measure())
            {
                while (ControlMessages.Next(start, block.Length, ref offset, out int level, out int type, out var data))
                {
                    Rule.Holds(
                        data.IsEmpty
                            || (
                                block.AsSpan().Overlaps(data, out int at) && at >= 0 && at + data.Length <= block.Length
                            ),
                        "a control message lies within its block"
                    );
                    seen.Saw($"{level is 0 or 17 or 41} {type is 1 or 8 or 50 or 67 or 104}", data.Length);
                }
                ReceiveBatch.ReadControl(ref message, start, block.Length);
            }
        }
        Rule.Holds(message.SegmentSize > 0, "a segment has a size");
        seen.Saw("segment", message.SegmentSize);
    }
}
