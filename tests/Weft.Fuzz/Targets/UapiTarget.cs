using System.Text;
using Microsoft.Extensions.Logging;
using Weft.Config;
using Weft.Device;

namespace Weft.Fuzz.Targets;

/// <summary>
/// The device's configuration socket: a stream means the same in whatever pieces it comes, is refused where the rules say
/// so and with the errno that they say, changes the node as a plain model of it is changed, and leaves nothing in the log.
/// </summary>
sealed class UapiTarget : ITarget
{
    public TargetShape Shape { get; } =
        new("uapi")
        {
            IsText = true,
            MaxLength = 32 << 10,
            BriefRuns = 5000,
            Budget = new(64 << 10, 500),
            Words = Words.Of([
                "get=1\n\n",
                "set=1\n",
                "private_key=",
                "listen_port=",
                "fwmark=",
                "replace_peers=true\n",
                "public_key=",
                "preshared_key=",
                "endpoint=",
                "persistent_keepalive_interval=",
                "replace_allowed_ips=true\n",
                "remove=true\n",
                "update_only=true\n",
                "protocol_version=1\n",
                "allowed_ip=",
                "allowed_ip=-",
                .. Secrets.Hex,
                .. Secrets.Hex.Select(key => UapiModel.PublicKeyOf(key).ToHex()),
                .. Words.Addresses,
                .. Words.Endpoints,
                .. Words.Numbers,
                .. Words.Oddities,
            ]),
        };

    public void Run(ReadOnlySpan<byte> input, Observation seen)
    {
        List<UapiCommand> commands;
        using (seen.Measure())
            commands = UapiCommands.Read(input, input.Length);
        CheckPieces(input, commands);
        CheckErrno(input, commands);
        foreach (UapiCommand command in commands)
        {
            seen.Saw(command.Reason ?? $"{command.Kind}");
            foreach (PeerConfig peer in command.Config?.Peers ?? [])
                seen.Saw(
                    $"peer {peer.Remove} {peer.UpdateOnly} {peer.ReplaceAllowedIps} {peer.Endpoint?.AddressFamily}"
                );
        }
        Serve(input, commands, seen);
        foreach (UapiCommand command in commands)
            if (command.Config is { } config)
                UapiCommands.DisposeKeys(config);
    }

    static void CheckPieces(ReadOnlySpan<byte> input, List<UapiCommand> commands)
    {
        foreach (int pieceLength in (ReadOnlySpan<int>)[1, 5, 97])
        {
            List<UapiCommand> pieces = UapiCommands.Read(input, pieceLength);
            bool same = pieces.Count == commands.Count && pieces.Zip(commands, UapiCommands.AreSame).All(s => s);
            Rule.Holds(same, "pieces read as the whole", $"{pieceLength} bytes each");
            foreach (UapiCommand command in pieces)
                if (command.Config is { } config)
                    UapiCommands.DisposeKeys(config);
        }
    }

    static void CheckErrno(ReadOnlySpan<byte> input, List<UapiCommand> commands)
    {
        List<(UapiCommandKind Kind, int Errno)> wanted = UapiReference.Read(input);
        List<(UapiCommandKind Kind, int Errno)> got = [.. commands.Select(c => (c.Kind, c.Errno))];
        string detail = $"expected {string.Join(' ', wanted)}, got {string.Join(' ', got)}";
        Rule.Holds(wanted.SequenceEqual(got), "commands are taken and refused by the rules", detail);
    }

    /// <summary>Has a device served, as over its socket, and compares it with the model after every command.</summary>
    static void Serve(ReadOnlySpan<byte> input, List<UapiCommand> commands, Observation seen)
    {
        RecordingLogger log = new();
        using UapiDevice device = new();
        using ScriptedClient client = new(input.ToArray(), 61);
        using UapiConnection connection = new(client, device, log);
        // Not measured: who asks again and again has many answers coming.
        while (connection.Serve()) { }

        UapiModel model = new();
        List<string> answers = Answers(client.Written);
        Rule.Same(commands.Count, answers.Count, "each command has one answer");
        foreach ((UapiCommand command, string answer) in commands.Zip(answers))
        {
            if (command.Config is { } config)
                model.Apply(config);
            if (command.Kind == UapiCommandKind.Get)
                CheckStatus(model, answer);
            else
                Rule.Same($"errno={-command.Errno}\n\n", answer, "a change is answered with its errno");
        }
        model.Check(device.Describe());
        seen.Saw("peers", model.Peers);
        Secrets.AreNotIn(log.Text);
    }

    static void CheckStatus(UapiModel model, string answer)
    {
        UapiReplyReader reader = new("wg0");
        Rule.Holds(reader.TryRead(Encoding.Latin1.GetBytes(answer)), "an answer is complete");
        Rule.Holds(reader.Status is not null && reader.Errno == 0, "an answer is read", reader.Fault ?? "");
        model.Check(reader.Status!);
    }

    /// <summary>The answers in a stream, each with the blank line that ends it.</summary>
    static List<string> Answers(ReadOnlySpan<byte> stream)
    {
        List<string> answers = [];
        while (!stream.IsEmpty)
        {
            int end = stream.IndexOf("\n\n"u8);
            Rule.Holds(end >= 0, "an answer ends with a blank line");
            answers.Add(Encoding.Latin1.GetString(stream[..(end + 2)]));
            stream = stream[(end + 2)..];
        }
        return answers;
    }

    sealed class RecordingLogger : ILogger
    {
        readonly StringBuilder _text = new();

        public string Text => _text.ToString();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _text.Append(formatter(state, exception)).Append(exception).Append('\n');
    }
}
