using System.Collections.Immutable;
using System.Net;

namespace Weft.Control;

/// <summary>
/// Tunnels whose own packets go through each other, round in a circle: each packet is packed into another for ever and
/// arrives nowhere.
/// </summary>
/// <param name="Hops">From the tunnel that comes first on the packet's way, until it comes again.</param>
/// <param name="IsCertain">Every way that a program of the circle is known to send by leads into it.</param>
sealed record WayLoop(ImmutableArray<WayHop> Hops, bool IsCertain);

/// <summary>Where a tunnel sends the packets that its own travel in.</summary>
/// <param name="Interface">Of the tunnel.</param>
/// <param name="Sender">Who sends, and to whom, for a person: such as <c>wg0 dials b.example.org at</c>.</param>
/// <param name="To">The address that it sends to.</param>
/// <param name="Route">The entry that decides about that; null when it is not known.</param>
/// <param name="Out">The interface that it leaves by.</param>
readonly record struct WayHop(string Interface, string Sender, IPAddress To, IPNetwork? Route, string Out);
