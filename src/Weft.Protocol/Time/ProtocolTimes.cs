namespace Weft.Protocol;

/// <summary>The protocol's constants of time and of message counts (paper section 6.1), and what the kernel adds to them.</summary>
static class ProtocolTimes
{
    /// <summary>An initiator that sends on a key of this age asks for a new one.</summary>
    internal static readonly TimeSpan RekeyAfterTime = TimeSpan.FromSeconds(120);

    /// <summary>No packet is sealed or opened with a key of this age.</summary>
    internal static readonly TimeSpan RejectAfterTime = TimeSpan.FromSeconds(180);

    /// <summary>Between two initiations to a peer; a retry adds jitter.</summary>
    internal static readonly TimeSpan RekeyTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Answer data with something at least this long after it came.</summary>
    internal static readonly TimeSpan KeepaliveTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Data was sent and nothing heard for this long: try a new handshake. Jitter is added.</summary>
    internal static readonly TimeSpan SilenceTimeout = KeepaliveTimeout + RekeyTimeout;

    /// <summary>An initiator that receives on a key of this age asks for a new one, once.</summary>
    internal static readonly TimeSpan LastMinuteRekey = RejectAfterTime - SilenceTimeout;

    /// <summary>Keys are wiped this long after the newest was made.</summary>
    internal static readonly TimeSpan WipeAfterTime = RejectAfterTime * 3;

    /// <summary>Added to retries and to the handshake after silence, so that two peers don't keep colliding.</summary>
    internal const int MaximumJitterMilliseconds = 333;

    /// <summary>Initiations sent without an answer before giving up: 90 s worth.</summary>
    internal const int MaximumTries = 18;

    /// <summary>One initiation per this long is answered for a peer.</summary>
    internal static readonly TimeSpan InitiationGuard = TimeSpan.FromMilliseconds(20);

    /// <summary>A responder's cookie secret lives this long.</summary>
    internal static readonly TimeSpan CookieSecretLifetime = TimeSpan.FromSeconds(120);

    /// <summary>A received cookie is used this long: it was made some time before it came.</summary>
    internal static readonly TimeSpan CookieLifetime = TimeSpan.FromSeconds(115);

    /// <summary>Packets sealed with one key before asking for a new one.</summary>
    internal const ulong RekeyAfterMessages = 1UL << 60;

    /// <summary>Packets sealed with one key, ever.</summary>
    internal const ulong RejectAfterMessages = ulong.MaxValue - (1UL << 13);
}
