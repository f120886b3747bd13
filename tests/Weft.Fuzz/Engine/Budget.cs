namespace Weft.Fuzz;

/// <summary>
/// What the code under fuzz may take for one input, growing with its length: whoever makes it take more by a short input
/// has found a way to knock it over.
/// </summary>
/// <param name="Memory">Bytes allocated, whatever the input.</param>
/// <param name="MemoryPerByte">Bytes allocated for each byte of input.</param>
readonly record struct Budget(long Memory, long MemoryPerByte)
{
    /// <summary>Of the thread's own processor time, whatever the input.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>For each byte of input. An unoptimised parser takes a tenth of it.</summary>
    public TimeSpan TimePerByte { get; init; } = TimeSpan.FromMicroseconds(5);

    public long MemoryFor(int length) => Memory + MemoryPerByte * length;

    public TimeSpan TimeFor(int length) => Time + TimePerByte * length;
}
