using System.Globalization;
using System.Net;
using Weft.Crypto;

namespace Weft.Attack;

/// <summary>What the command line asks for. Its faults are <see cref="FormatException"/>s.</summary>
sealed record Options
{
    internal const string Usage = """
        Weft.Attack: what the scenario tests attack a device with, and a crowd of quiet peers. It sends from whole ranges of
        addresses, which must be local (ip route add local 10.66.0.0/17 dev lo). For hosts of a test's own only.

          keys     --seed TEXT --peers N                     the public keys of N identities that come of a seed
          crowd    --seed TEXT --peers N --to A:P --key K    N peers that shake hands three times and then only answer
          garbage | initiations | cookies | replays | oversized | junk
                   --to A:P --key K [--seed TEXT] [--sources A/N] [--rate N] [--seconds N] [--count N]

          --to       the device's address and port
          --key      the device's public key, in base64
          --sources  the range to send from (10.66.0.0/17)
          --rate     datagrams a second; 0, unless given: as many as can be
          --seconds  and --count: when to end (10 s, 100 million datagrams)
        """;

    internal string Kind { get; private init; } = "";

    internal string Seed { get; private init; } = "weft";

    internal int Peers { get; private init; } = 1;

    internal IPEndPoint To { get; private init; } = new(IPAddress.Loopback, 51820);

    internal PublicKey Key { get; private init; }

    internal IPNetwork Sources { get; private init; } = IPNetwork.Parse("10.66.0.0/17");

    internal int Rate { get; private init; }

    internal TimeSpan Time { get; private init; } = TimeSpan.FromSeconds(10);

    internal long Count { get; private init; } = 100_000_000;

    internal static Options Parse(string[] args)
    {
        if (args.Length % 2 != 1)
            throw new FormatException("A kind, and options with a value each.");
        Options options = new() { Kind = args[0] };
        for (int i = 1; i < args.Length; i += 2)
        {
            string value = args[i + 1];
            options = args[i] switch
            {
                "--seed" => options with { Seed = value },
                "--peers" => options with { Peers = Number(value) },
                "--to" => options with { To = IPEndPoint.Parse(value) },
                "--key" => options with { Key = KeyOf(value) },
                "--sources" => options with { Sources = IPNetwork.Parse(value) },
                "--rate" => options with { Rate = Number(value) },
                "--seconds" => options with { Time = TimeSpan.FromSeconds(Number(value)) },
                "--count" => options with { Count = Number(value) },
                _ => throw new FormatException($"{args[i]}: no such option"),
            };
        }
        return options;
    }

    static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    static PublicKey KeyOf(string text) =>
        PublicKey.TryParse(text, out PublicKey key) ? key : throw new FormatException($"{text}: no key");
}
