using System.Globalization;
using System.Text;

namespace Weft.Config;

/// <summary>Writes one <c>mesh.conf</c>.</summary>
static class MeshConfigWriter
{
    internal static string Write(MeshConfig mesh)
    {
        StringBuilder text = new();
        text.Append("[Mesh]\n");
        Line(text, "Network", string.Join(", ", mesh.Networks.Select(AddressText.Format)));
        if (mesh.Check != MeshConfig.DefaultCheck)
            Line(text, "Check", Text((long)mesh.Check.TotalSeconds));
        if (mesh.Links.Failures != LinkRules.Default.Failures)
            Line(text, "Failures", Text(mesh.Links.Failures));
        if (mesh.Links.Successes != LinkRules.Default.Successes)
            Line(text, "Successes", Text(mesh.Links.Successes));
        if (mesh.Links.HoldDown != LinkRules.Default.HoldDown)
            Line(text, "HoldDown", Text((long)mesh.Links.HoldDown.TotalSeconds));
        if (mesh.Links.HoldDownMax != LinkRules.Default.HoldDownMax)
            Line(text, "HoldDownMax", Text((long)mesh.Links.HoldDownMax.TotalSeconds));
        if (mesh.Port != MeshConfig.DefaultPort)
            Line(text, "Port", Text(mesh.Port));
        foreach (MeshSite site in mesh.Sites)
            WriteSite(site, text);
        return text.ToString();
    }

    static void WriteSite(MeshSite site, StringBuilder text)
    {
        text.Append("\n[Site]\n");
        Line(text, "Name", site.Name);
        if (site.EndpointHost is { } host)
            Line(text, "Endpoint", site.EndpointPort is { } there ? new HostPort(host, there).ToString() : host);
        if (site.Port is { } port)
            Line(text, "Port", Text(port));
        Line(text, "Domain", site.Domain ?? "");
        Line(text, "Lan", string.Join(", ", site.MappedLans));
        if (site.Nat)
            Line(text, "Nat", "yes");
        Line(text, "Address", string.Join(", ", site.Addresses.Select(AddressText.Format)));
        if (site.Relay)
            Line(text, "Relay", "yes");
        if (site.Keepalive is { } seconds)
            Line(text, "Keepalive", seconds == 0 ? "off" : Text(seconds));
        if (site.Mtu is { } mtu)
            Line(text, "Mtu", Text(mtu));
        Line(text, "Ssh", site.Ssh?.ToString() ?? "");
        Line(text, "Folder", site.Folder ?? "");
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    static void Line(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
            text.Append(name).Append(" = ").Append(value).Append('\n');
    }
}
