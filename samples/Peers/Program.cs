// Adds a peer to a WireGuard interface of this host, prints what the interface has, and takes the peer away again.
using System.Net;
using Weft.Config;
using Weft.Control;
using Weft.Crypto;

if (args is not [string name])
{
    Console.Error.WriteLine("Usage: Peers INTERFACE");
    return 2;
}

// The kernel's interfaces and those of userspace devices, whosoever they are.
HostDevices devices = new();
try
{
    // As the peer's own host would: its private key stays there, and we are told the public one.
    using PrivateKey itsKey = PrivateKey.Generate();
    PublicKey peer = itsKey.ToPublicKey();

    // What a DeviceConfig leaves out stays as it is: this adds one peer and touches nothing else.
    PeerConfig added = new()
    {
        PublicKey = peer,
        Endpoint = new IPEndPoint(IPAddress.Parse("192.0.2.7"), 51820),
        PersistentKeepalive = 25,
        AllowedIps = [new AllowedIpChange(IPNetwork.Parse("10.9.0.0/24"))],
    };
    devices.Set(name, new DeviceConfig { Peers = [added] });

    DeviceStatus status = devices.Get(name);
    // The keys of a status are the caller's; to dispose of one is to wipe it.
    status.PrivateKey?.Dispose();
    Console.WriteLine($"{status.Name}: port {status.ListenPort}, public key {status.PublicKey}");
    foreach (PeerStatus one in status.Peers)
    {
        one.PresharedKey?.Dispose();
        string seen = one.LastHandshake.IsNever
            ? "never heard from"
            : $"last heard from at {DateTimeOffset.FromUnixTimeSeconds(one.LastHandshake.Seconds):u}";
        Console.WriteLine($"  {one.PublicKey} at {one.Endpoint}: {seen}, {one.ReceivedBytes} bytes in");
    }

    devices.Set(name, new DeviceConfig { Peers = [new PeerConfig { PublicKey = peer, Remove = true }] });
    return 0;
}
catch (DeviceNotFoundException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationFailedException e)
{
    Console.Error.WriteLine($"{e.Message} {e.Remedy}");
    return 1;
}
