using System.Security.Cryptography;

namespace Weft.Protocol;

/// <summary>
/// Where handshake messages come in: checks their MACs, answers with cookies while under load (paper section 5.3), and
/// brings what is left to the tunnel that it is for. The node owns it, under its gate where nothing else is said.
/// </summary>
sealed class HandshakeIntake(Node node)
{
    readonly LoadGate _load = new();
    readonly SourceLimiter _limiter = new();

    /// <summary>Sources that the limiter remembers.</summary>
    internal int Sources => _limiter.Count;

    internal Instant NextSweep => _limiter.NextSweep;

    internal void Sweep(Instant now) => _limiter.Sweep(now);

    /// <inheritdoc cref="Node.ClaimOf"/>
    internal HandshakeClaim ClaimOf(Instant now, LocalIdentity own, Span<byte> handshake, in Endpoint from, bool isBusy)
    {
        switch (Datagram.KindOf(handshake))
        {
            case DatagramKind.Initiation when own.Cookies.HasValidMac1(handshake):
                return isBusy && own.Cookies.HasValidMac2(now, handshake, from, node.Entropy)
                    ? HandshakeClaim.Proven
                    : HandshakeClaim.Unproven;
            case DatagramKind.Response:
                // The index first, which costs next to nothing.
                HandshakeClaim claim = node.Index.ClaimOf(new ResponseMessage(handshake).Receiver);
                return claim == HandshakeClaim.None || own.Cookies.HasValidMac1(handshake)
                    ? claim
                    : HandshakeClaim.None;
            case DatagramKind.Cookie:
                return node.Index.ClaimOf(new CookieMessage(handshake).Receiver);
            default:
                return HandshakeClaim.None;
        }
    }

    /// <summary>The tunnel that something became of, or null.</summary>
    internal Tunnel? Receive(
        Instant now,
        WallTime wall,
        LocalIdentity own,
        Span<byte> datagram,
        in Endpoint from,
        int queued,
        INodeOutput output
    )
    {
        switch (Datagram.KindOf(datagram))
        {
            case DatagramKind.Initiation:
                InitiationMessage initiation = new(datagram);
                return Admit(now, own, datagram, initiation.Sender, from, queued, output)
                    ? ReceiveInitiation(now, own, initiation, from, output)
                    : null;
            case DatagramKind.Response:
                ResponseMessage response = new(datagram);
                if (!Admit(now, own, datagram, response.Sender, from, queued, output))
                    return null;
                Tunnel? initiator = node.Index.FindTunnel(response.Receiver);
                initiator?.ReceiveResponse(now, wall, own, response, from, output);
                return initiator;
            case DatagramKind.Cookie:
                CookieMessage cookie = new(datagram);
                Tunnel? sender = node.Index.FindTunnel(cookie.Receiver);
                sender?.ReceiveCookie(now, wall, cookie, output);
                return sender;
            default:
                return null;
        }
    }

    /// <summary>Whether the message may cost us a multiplication.</summary>
    bool Admit(
        Instant now,
        LocalIdentity own,
        Span<byte> datagram,
        uint sender,
        in Endpoint from,
        int queued,
        INodeOutput output
    )
    {
        bool isUnderLoad = _load.IsUnderLoad(now, queued);
        if (!own.Cookies.HasValidMac1(datagram))
            return false;
        if (!isUnderLoad)
            return true;
        if (own.Cookies.HasValidMac2(now, datagram, from, node.Entropy))
            return _limiter.TryTake(now, from);
        Span<byte> reply = stackalloc byte[CookieMessage.Length];
        own.Cookies.WriteReply(now, datagram, sender, from, node.Entropy, reply);
        output.Send(reply, from, 0);
        return false;
    }

    Tunnel? ReceiveInitiation(
        Instant now,
        LocalIdentity own,
        InitiationMessage message,
        in Endpoint from,
        INodeOutput output
    )
    {
        Span<byte> storage = stackalloc byte[SymmetricState.StorageLength];
        SymmetricState state = new(storage);
        own.StartAsResponder(storage);
        Tunnel? tunnel = null;
        if (IkPsk2.ReadFirstStatic(state, own.PrivateKey, message.Noise, out Crypto.PublicKey initiator))
        {
            tunnel = node.FindPeer(initiator);
            tunnel?.ReceiveInitiation(now, own, state, message, from, output);
        }
        CryptographicOperations.ZeroMemory(storage);
        return tunnel;
    }
}
