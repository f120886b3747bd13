namespace Weft.Linux.Netlink;

/// <summary>The flags of a netlink message's header (NLM_F_…); Root and above have other meanings in GET and in NEW requests.</summary>
[Flags]
public enum NetlinkOptions : ushort
{
    None = 0,
    Request = 0x01,
    Multi = 0x02,
    Ack = 0x04,

    /// <summary>On a dump's reply: what was dumped changed meanwhile, so the result may be torn.</summary>
    DumpInterrupted = 0x10,

    /// <summary>GET: answer with all objects (NLM_F_ROOT and NLM_F_MATCH).</summary>
    Dump = 0x300,

    /// <summary>NEW: replace what is there.</summary>
    Replace = 0x100,

    /// <summary>NEW: fail if it is there.</summary>
    Exclusive = 0x200,

    /// <summary>NEW: make it if it is not there.</summary>
    Create = 0x400,
}
