using Weft.Config;

namespace Weft.Fuzz.Targets;

/// <summary>Commands read out of a stream that comes in pieces of one kind or another.</summary>
static class UapiCommands
{
    /// <summary>Reads a stream in pieces of at most so many bytes.</summary>
    public static List<UapiCommand> Read(ReadOnlySpan<byte> stream, int pieceLength)
    {
        List<UapiCommand> commands = [];
        UapiCommandReader reader = new();
        while (!stream.IsEmpty)
        {
            ReadOnlySpan<byte> piece = stream[..Math.Min(pieceLength, stream.Length)];
            stream = stream[piece.Length..];
            while (reader.TryRead(ref piece, out UapiCommand command))
                commands.Add(command);
            Rule.Holds(piece.IsEmpty, "a reader that is not done takes all bytes");
        }
        if (reader.TryEnd(out UapiCommand last))
            commands.Add(last);
        return commands;
    }

    /// <summary>The one command that a text of ours must be.</summary>
    public static UapiCommand ReadOne(ReadOnlySpan<byte> stream)
    {
        List<UapiCommand> commands = Read(stream, stream.Length);
        Rule.Same(1, commands.Count, "what is written is one command");
        Rule.Holds(commands[0].Kind != UapiCommandKind.Refused, "what is written is read", commands[0].Reason ?? "");
        return commands[0];
    }

    public static bool AreSame(UapiCommand one, UapiCommand other) =>
        one.Kind == other.Kind
        && one.Errno == other.Errno
        && one.Reason == other.Reason
        && Same.Are(one.Config, other.Config);

    public static void DisposeKeys(DeviceConfig config)
    {
        config.PrivateKey?.Dispose();
        foreach (PeerConfig peer in config.Peers)
            peer.PresharedKey?.Dispose();
    }

    public static void DisposeKeys(DeviceStatus status)
    {
        status.PrivateKey?.Dispose();
        foreach (PeerStatus peer in status.Peers)
            peer.PresharedKey?.Dispose();
    }
}
