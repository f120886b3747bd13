namespace Weft.Mesh;

/// <summary>The layers that a link stands on, from the ground up, in the order in which the doctor looks at them.</summary>
public enum Layer
{
    /// <summary>The site's own file.</summary>
    File,

    /// <summary>The clock of this host, or of the peer's.</summary>
    Clock,

    /// <summary>The interface, its device and the port.</summary>
    Interface,

    /// <summary>The name of the endpoint.</summary>
    Name,

    /// <summary>Our datagrams reach the endpoint.</summary>
    UdpOut,

    /// <summary>Datagrams reach us.</summary>
    UdpIn,

    /// <summary>The handshake is answered.</summary>
    Handshake,

    /// <summary>Both ends know the same keys.</summary>
    Keys,

    /// <summary>Both ends let the same addresses through.</summary>
    AllowedIps,

    /// <summary>The kernel's check of sources.</summary>
    ReversePath,

    /// <summary>This host passes on what is not for itself.</summary>
    Forwarding,

    /// <summary>The firewall lets through what comes out of the tunnel.</summary>
    Firewall,

    /// <summary>Packets take the tunnel.</summary>
    Route,

    /// <summary>Large packets pass as well.</summary>
    Mtu,

    /// <summary>The network behind the peer.</summary>
    Lan,

    /// <summary>Somebody watches the links.</summary>
    Watch,
}

public static class LayerNames
{
    /// <summary>The layer's word in text and JSON, which stays.</summary>
    public static string Word(this Layer layer) =>
        layer switch
        {
            Layer.UdpOut => "udp-out",
            Layer.UdpIn => "udp-in",
            Layer.AllowedIps => "allowed-ips",
            Layer.ReversePath => "rp-filter",
            _ => layer.ToString().ToLowerInvariant(),
        };
}
