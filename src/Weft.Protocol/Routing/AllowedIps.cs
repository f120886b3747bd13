using System.Net;

namespace Weft.Protocol;

/// <summary>
/// Which peer an address belongs to: one trie per family for the whole node, longest match. Reads take no lock and see
/// each change whole; changes go through <see cref="Node"/>.
/// </summary>
public sealed class AllowedIps
{
    internal AllowedIps() { }

    /// <summary>The peer that a packet is to be sent to.</summary>
    public Tunnel? FindDestination(InnerPacket packet) => throw new NotImplementedException();

    /// <summary>The peer that a packet must have come from.</summary>
    public Tunnel? FindSource(InnerPacket packet) => throw new NotImplementedException();

    public Tunnel? Find(IPAddress address) => throw new NotImplementedException();
}
