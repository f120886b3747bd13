using System.Buffers;
using Weft.Config;

namespace Weft.Fuzz.Targets;

/// <summary>
/// A device's answer as its client reads it: the same in whatever pieces it comes, either a status or a fault, and what is
/// read and written reads the same.
/// </summary>
sealed class UapiReplyTarget : ITarget
{
    const string Device = "wg0";

    public TargetShape Shape { get; } =
        new("uapi-reply")
        {
            IsText = true,
            MaxLength = 32 << 10,
            BriefRuns = 10_000,
            Budget = new(64 << 10, 200),
            Words = Words.Of([
                "errno=0\n\n",
                "errno=",
                "private_key=",
                "listen_port=",
                "fwmark=",
                "public_key=",
                "preshared_key=",
                "protocol_version=1\n",
                "endpoint=",
                "last_handshake_time_sec=",
                "last_handshake_time_nsec=",
                "tx_bytes=",
                "rx_bytes=",
                "persistent_keepalive_interval=",
                "allowed_ip=",
                "replace_peers=true\n",
                "18446744073709551615",
                "9223372036854775807",
                .. Secrets.Hex,
                .. Words.Addresses,
                .. Words.Endpoints,
                .. Words.Numbers,
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        Answer whole;
        using (seen.Measure())
            whole = Read(input, input.Length);
        foreach (int pieceLength in (ReadOnlySpan<int>)[1, 7, 64])
        {
            Answer pieces = Read(input, pieceLength);
            Rule.Same(whole.IsDone, pieces.IsDone, "pieces are as complete as the whole");
            Rule.Same(whole.Fault, pieces.Fault, "pieces have the fault of the whole");
            Rule.Same(whole.Errno, pieces.Errno, "pieces have the errno of the whole");
            Rule.Holds(Same.Are(whole.Status, pieces.Status), "pieces read as the whole");
        }
        seen.Saw(whole.Fault ?? (whole.IsDone ? "read" : "unfinished"));
        if (!whole.IsDone)
            return;
        Rule.Holds((whole.Status is null) == (whole.Fault is not null), "there is a status or a fault");
        Rule.Holds(whole.Errno >= 0, "errno is not negative", $"{whole.Errno}");
        if (whole.Fault is { } fault)
        {
            Rule.Holds(DiagnosticRules.IsFitForTerminals(fault), "a fault is fit for a terminal");
            Secrets.AreNotIn(fault);
            return;
        }
        DeviceStatus status = whole.Status!;
        seen.Saw("peers", status.Peers.Length);
        Rule.Same(status.PrivateKey is null, status.PublicKey is null, "a public key goes with the private one");
        ArrayBufferWriter<byte> written = new();
        UapiText.WriteStatus(status, written);
        Answer again = Read(written.WrittenSpan, written.WrittenCount);
        DeviceStatus wanted = status with { Peers = [.. status.Peers.Select(WithoutZeros)] };
        Rule.Holds(Same.Are(wanted, again.Status), "what is written reads the same", again.Fault ?? "");
        UapiCommands.DisposeKeys(status);
        UapiCommands.DisposeKeys(again.Status!);
    }

    /// <summary>A zero preshared key behind another one is shown as it is, as Debian's wg shows it, and written as none.</summary>
    static PeerStatus WithoutZeros(PeerStatus peer) =>
        peer.PresharedKey is { IsZero: true } ? peer with { PresharedKey = null } : peer;

    static Answer Read(ReadOnlySpan<byte> stream, int pieceLength)
    {
        UapiReplyReader reader = new(Device);
        bool isDone = false;
        while (!stream.IsEmpty && !isDone)
        {
            ReadOnlySpan<byte> piece = stream[..Math.Min(pieceLength, stream.Length)];
            stream = stream[piece.Length..];
            isDone = reader.TryRead(piece);
        }
        return new Answer(isDone, reader.Errno, reader.Fault, reader.Status);
    }

    readonly record struct Answer(bool IsDone, int Errno, string? Fault, DeviceStatus? Status);
}
