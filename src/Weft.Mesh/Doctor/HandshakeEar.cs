using System.Net;
using Weft.Control;
using Weft.Crypto;
using Weft.Linux;
using Weft.Protocol;

namespace Weft.Mesh;

/// <summary>
/// Hears handshake messages on the wire, before the firewall has its say, and finds out whose they are. An initiation that
/// comes in is opened with this site's own key: it bears the key and the clock of its sender, which nothing else tells of
/// when a device stays silent. Owned by a <see cref="PeerProber"/>; one thread.
/// </summary>
/// <param name="tap">Null where the kernel lets nobody listen.</param>
/// <param name="site">Whose device.</param>
sealed class HandshakeEar(UdpTap? tap, SiteExamination site)
{
    /// <summary>An attack should not fill the memory.</summary>
    const int Most = 1000;

    readonly List<HeardHandshake> _heard = [];

    internal bool Listens => tap is not null;

    /// <summary>Null where the kernel has no such sockets, or not for us.</summary>
    internal static UdpTap? OpenTap()
    {
        try
        {
            return UdpTap.Open((byte)DatagramKind.Initiation, (byte)DatagramKind.Cookie);
        }
        catch (KernelRefusedException)
        {
            return null;
        }
    }

    /// <summary>Takes in what was heard since.</summary>
    internal void Listen()
    {
        if (tap is null || site.Device is not { PrivateKey: { IsZero: false } key, PublicKey: { } own } device)
            return;
        while (tap.TryReceive(out HeardDatagram heard) && _heard.Count < Most)
        {
            DatagramKind kind = Datagram.KindOf(heard.Payload);
            IPEndPoint here = heard.IsOutgoing ? heard.From : heard.To;
            // What this host passes on for others, or another of its devices says, is none of this link's.
            if (kind is DatagramKind.None or DatagramKind.Data || here.Port != device.ListenPort)
                continue;
            bool isIncomingInitiation = kind == DatagramKind.Initiation && !heard.IsOutgoing;
            OverheardInitiation? content = isIncomingInitiation ? OverheardInitiation.Read(key, heard.Payload) : null;
            bool isForUs =
                content?.IsForUs ?? (!heard.IsOutgoing && OverheardInitiation.IsMeantFor(own, heard.Payload));
            IPEndPoint other = heard.IsOutgoing ? heard.To : heard.From;
            _heard.Add(new HeardHandshake(kind, heard.IsOutgoing, other, isForUs, content));
        }
    }

    /// <summary>What was heard between this host and the peer, or of somebody who may be the peer.</summary>
    internal IEnumerable<HeardHandshake> Of(PeerExamination peer)
    {
        PublicKey key = peer.Section.PublicKey;
        return _heard.Where(h =>
            h.Content?.Initiator == key
            || (peer.Endpoint is { } endpoint && h.Other.Address.Equals(endpoint.Address) && !IsOfAnother(h, key))
            || (peer.Endpoint is null && h.Content is { Initiator: { } claimed } && !IsKnown(claimed))
        );
    }

    /// <summary>Two peers may be behind one address.</summary>
    bool IsOfAnother(HeardHandshake heard, PublicKey key) =>
        heard.Content?.Initiator is { } claimed
            ? claimed != key && IsKnown(claimed)
            : site.Peers.Any(p => p.Section.PublicKey != key && heard.Other.Equals(p.Endpoint));

    bool IsKnown(PublicKey key) => site.Peers.Any(p => p.Section.PublicKey == key);
}
