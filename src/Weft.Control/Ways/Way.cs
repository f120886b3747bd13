using System.Collections.Immutable;
using System.Net;
using Weft.Crypto;

namespace Weft.Control;

/// <summary>Which way a packet goes from this host, and whether that is the way it should go. A snapshot, for <c>weft route</c>.</summary>
public sealed record Way
{
    public required IPAddress Destination { get; init; }

    /// <summary>The source that was asked about; null for packets of this host itself.</summary>
    public IPAddress? From { get; init; }

    public required WayVerdict Verdict { get; init; }

    /// <summary>One sentence without its full stop: where the packet goes, or why nowhere.</summary>
    public required string Summary { get; init; }

    /// <summary>Why it is so, and what to do about it; empty when all is well.</summary>
    public ImmutableArray<string> Reasons { get; init; } = [];

    /// <summary>By which it leaves; null when it does not.</summary>
    public string? Interface { get; init; }

    /// <summary>What kind of interface that is.</summary>
    public InterfaceNature? Nature { get; init; }

    /// <summary>The peer that it is sent to; null when it leaves by something else than WireGuard.</summary>
    public WayPeer? Peer { get; init; }

    /// <summary>What the site's file says of this address; null when it says nothing.</summary>
    public WayPeer? Configured { get; init; }

    /// <summary>The destination of the entry that decided; null when it is not known.</summary>
    public IPNetwork? Entry { get; init; }

    /// <summary>Who made that entry, in a word; null when it is not known.</summary>
    public string? Maker { get; init; }

    public IPAddress? NextHop { get; init; }

    /// <summary>The address that a packet of this host itself leaves with; null when it has none there.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Bytes of the largest packet that leaves whole; 0 when none leaves.</summary>
    public int Mtu { get; init; }
}

/// <summary>Whether a <see cref="Way"/> is the right one.</summary>
public enum WayVerdict
{
    /// <summary>The way that the site's file has for it, as far as is known alive.</summary>
    AsConfigured,

    /// <summary>No file says anything about this address: the host's own routing decides.</summary>
    NotOurs,

    /// <summary>It arrives some other way than the site's file has for it.</summary>
    Fallback,

    /// <summary>It goes nowhere.</summary>
    Lost,
}

/// <summary>A peer as far as a <see cref="Way"/> is concerned.</summary>
/// <param name="Interface">Of the device.</param>
/// <param name="PublicKey">The peer.</param>
/// <param name="Site">Its name in the mesh; null when no file gives it one.</param>
/// <param name="Prefix">The longest of its allowed IPs that holds the address.</param>
public sealed record WayPeer(string Interface, PublicKey PublicKey, string? Site, IPNetwork Prefix)
{
    /// <summary>Null until configured or heard from, or when its device does not run.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>Since the last handshake; null when there was none.</summary>
    public TimeSpan? HandshakeAge { get; init; }

    /// <summary>Of the link to it, or through it to the site beyond; null while that is up, or when nobody watches it.</summary>
    public LinkOutage? Outage { get; init; }

    /// <summary>The site that it carries the packet to, when that is another; else null.</summary>
    public string? Beyond { get; init; }

    /// <summary>Its name, or its key where it has none, and where the packet goes from there.</summary>
    public string Name =>
        Beyond is null ? Site ?? PublicKey.ToString() : $"{Beyond} through {Site ?? PublicKey.ToString()}";
}

/// <summary>A link that the watchdog found dead.</summary>
/// <param name="Since">When it went down.</param>
/// <param name="Reason">In a few words, such as <c>3 probes without an answer</c>.</param>
public sealed record LinkOutage(DateTimeOffset Since, string Reason);
