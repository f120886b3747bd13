namespace Weft.Protocol;

/// <summary>What a handshake message shows of its sender, in order of trust.</summary>
public enum HandshakeClaim
{
    /// <summary>Nothing: it does not know our public key, or answers nothing of ours. Drop it.</summary>
    None,

    /// <summary>It knows our public key. Where it comes from may be made up.</summary>
    Unproven,

    /// <summary>It has received something at the address that it comes from: a cookie, or an initiation of ours.</summary>
    Proven,
}
