using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Weft.Config;

namespace Weft.Fuzz.Targets;

/// <summary>Addresses as text: read and written as the C library does it.</summary>
sealed unsafe partial class AddressTarget : ITarget
{
    const int AF_INET = 2;
    const int AF_INET6 = 10;

    public TargetShape Shape { get; } =
        new("addresses")
        {
            IsText = true,
            MaxLength = 128,
            BriefRuns = 200_000,
            Budget = new(4 << 10, 64),
            Words = Words.Of([
                .. Words.Addresses,
                "0",
                "00",
                "255",
                "256",
                "ffff",
                "10000",
                ":0:0:",
                "::",
                ":",
                ".",
                "1.2.3.4",
                "0x7f",
                "::ffff:0:0",
                "%",
                " ",
                "/",
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        string text = Encoding.Latin1.GetString(input);
        // The C library stops there.
        if (text.Contains('\0'))
            return;
        IPAddress? ours;
        using (seen.Measure())
            ours = AddressText.Parse(text);
        bool isV6 = text.Contains(':');
        Span<byte> theirs = stackalloc byte[isV6 ? 16 : 4];
        byte[] terminated = [.. input, 0];
        fixed (
            byte* from = terminated,
                to = theirs
        )
            Rule.Same(inet_pton(isV6 ? AF_INET6 : AF_INET, from, to) == 1, ours is not null, "inet_pton agrees");
        int separators = text.Count(c => c is ':' or '.');
        seen.Saw($"{ours is not null} {isV6} {text.Contains("::", StringComparison.Ordinal)}", separators);
        if (ours is null)
            return;
        Rule.Same(theirs, ours.GetAddressBytes(), "inet_pton reads the same");
        string written;
        using (seen.Measure())
            written = AddressText.Format(ours);
        seen.Saw(
            $"written {written.Contains("::", StringComparison.Ordinal)} {written.Contains('.')} {written.Length}"
        );
        byte* buffer = stackalloc byte[64];
        fixed (byte* from = theirs)
            Rule.Holds(inet_ntop(isV6 ? AF_INET6 : AF_INET, from, buffer, 64) != null, "inet_ntop writes it");
        Rule.Same(Marshal.PtrToStringUTF8((nint)buffer), written, "inet_ntop writes the same");
        Rule.Same(ours, AddressText.Parse(written), "what is written reads the same");
    }

    [LibraryImport("libc")]
    private static partial int inet_pton(int family, byte* text, byte* address);

    [LibraryImport("libc")]
    private static partial byte* inet_ntop(int family, byte* address, byte* text, uint size);
}
