using Weft.Linux.Netlink;

namespace Weft.Control;

/// <summary>Makes an interface of the kernel's WireGuard, and loads its module for that where there is one.</summary>
sealed class KernelEngine(RouteNetlink netlink, Tools tools, Reporting reporting)
{
    /// <summary>Null when this kernel or this user cannot have one.</summary>
    /// <param name="name">Of the interface.</param>
    /// <param name="why">The reason then, in a few words.</param>
    /// <exception cref="NetlinkException">It could be had, but something else is in the way.</exception>
    internal Link? TryStart(string name, out string why)
    {
        why = "";
        // The kernel loads the module itself where it is set up to; modprobe is for the rest.
        if (TryMake(name, out NetlinkException? refused) is { } made)
            return made;
        if (refused!.IsUnsupported)
        {
            if (!TryLoad(out why))
                return null;
            if (TryMake(name, out refused) is { } late)
                return late;
        }
        why = refused!.IsPermission ? "no permission to make interfaces" : "this kernel has no WireGuard";
        return null;
    }

    bool TryLoad(out string why)
    {
        why = "modprobe: not found";
        if (Tools.Find("modprobe") is not { } modprobe)
            return false;
        ToolResult result = tools.Run(modprobe, ["wireguard"]);
        string complaint = result.Complaint;
        why = complaint.StartsWith("modprobe:", StringComparison.Ordinal) ? complaint : $"modprobe: {complaint}";
        return result.Succeeded;
    }

    Link? TryMake(string name, out NetlinkException? refused)
    {
        refused = null;
        try
        {
            netlink.AddLink(name, KernelDevices.LinkKind);
        }
        catch (NetlinkException e) when (e.IsUnsupported || e.IsPermission)
        {
            refused = e;
            return null;
        }
        reporting.Step($"ip link add {name} type {KernelDevices.LinkKind}");
        return netlink.FindLink(name)
            ?? throw new OperationFailedException($"{name} went away as soon as it was made", null);
    }
}
