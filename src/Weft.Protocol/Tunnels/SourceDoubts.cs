namespace Weft.Protocol;

/// <summary>
/// The tunnels whose sticky source has to be checked against the host's routing: it is new, or the routes changed. The node
/// owns it. Any thread: members take the node's gate.
/// </summary>
public sealed class SourceDoubts
{
    readonly Node _node;
    readonly List<Tunnel> _tunnels = [];

    internal SourceDoubts(Node node) => _node = node;

    public bool IsEmpty
    {
        get
        {
            lock (_node.Gate)
                return _tunnels.Count == 0;
        }
    }

    /// <summary>Routes or addresses changed.</summary>
    public void DoubtAll()
    {
        lock (_node.Gate)
        {
            foreach (Tunnel peer in _node.Peers)
                Doubt(peer);
        }
    }

    /// <summary>Checks all that are in doubt, and says how many that were. The gate is not held while the routes are asked.</summary>
    public int Check(ISourceRoutes routes)
    {
        Tunnel[] tunnels;
        lock (_node.Gate)
        {
            tunnels = [.. _tunnels];
            _tunnels.Clear();
            foreach (Tunnel tunnel in tunnels)
                tunnel.HasDoubtedSource = false;
        }
        foreach (Tunnel tunnel in tunnels)
            tunnel.CheckSource(routes);
        return tunnels.Length;
    }

    /// <summary>Under the gate.</summary>
    internal void Doubt(Tunnel tunnel)
    {
        if (tunnel.HasDoubtedSource)
            return;
        tunnel.HasDoubtedSource = true;
        _tunnels.Add(tunnel);
    }
}
