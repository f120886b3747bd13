using System.Globalization;
using System.Text;
using Weft.Mesh;

namespace Weft.Cli;

/// <summary>The doctor's report for a person, at most 80 columns wide but for names and rules that are longer.</summary>
static class DoctorText
{
    const int NameWidth = 36;
    const int AgeWidth = 12;
    const int EchoWidth = 10;
    const int MtuWidth = 7;
    const int LabelWidth = 8;

    internal static string Write(DoctorReport report)
    {
        StringBuilder text = new();
        text.Append($"{report.Site ?? report.Interface}: {State(report)}\n");
        if (!report.Peers.IsEmpty && report.IsUp)
            WriteTable(text, report);
        foreach (Diagnosis fault in report.Faults)
            WriteFault(text, fault);
        foreach (PeerReport peer in report.Peers)
        {
            if (peer.Fault is { } fault)
                WriteFault(text, fault);
        }
        return text.ToString();
    }

    static string State(DoctorReport report)
    {
        int faults = report.Faults.Length + report.Peers.Count(p => p.Fault is not null);
        string name = report.Interface;
        string state =
            !report.IsStarted ? $"{name} is not running"
            : !report.IsUp ? $"{name} was started, but is not up"
            : $"{name} is up";
        string peers = $"{report.Peers.Length} {(report.Peers.Length == 1 ? "peer" : "peers")}";
        string found =
            faults == 0 ? "all is well"
            : faults == 1 ? "1 fault"
            : $"{faults} faults";
        string took = string.Create(CultureInfo.InvariantCulture, $"looked for {report.Took.TotalSeconds:0.0} s");
        return $"{state}, {peers}, {found} ({took})";
    }

    static void WriteTable(StringBuilder text, DoctorReport report)
    {
        text.Append('\n')
            .Append("PEER".PadRight(NameWidth))
            .Append("HANDSHAKE".PadRight(AgeWidth))
            .Append("ECHO".PadLeft(EchoWidth))
            .Append("MTU".PadLeft(MtuWidth))
            .Append("  STATE\n");
        foreach (PeerReport peer in report.Peers)
        {
            string name = peer.Name;
            // A long name has a line to itself rather than being cut.
            if (name.Length >= NameWidth)
            {
                text.Append(name).Append('\n');
                name = "";
            }
            text.Append(name.PadRight(NameWidth))
                .Append(StatusText.Age(peer.HandshakeAge).PadRight(AgeWidth))
                .Append(Echo(peer.RoundTrip).PadLeft(EchoWidth))
                .Append((peer.Mtu?.ToString(CultureInfo.InvariantCulture) ?? "-").PadLeft(MtuWidth))
                .Append($"  {peer.Fault?.Layer.Word() ?? "well"}\n");
        }
    }

    static string Echo(TimeSpan? time) =>
        time is { } t ? string.Create(CultureInfo.InvariantCulture, $"{t.TotalMilliseconds:0.0} ms") : "-";

    static void WriteFault(StringBuilder text, Diagnosis fault)
    {
        text.Append('\n');
        TextWrap.Append(text, $"{fault.Layer.Word()}: {fault.Text}.", 0);
        foreach (string fact in fault.Evidence)
        {
            text.Append("  seen".PadRight(LabelWidth));
            TextWrap.Append(text, fact, LabelWidth);
        }
        text.Append("  do".PadRight(LabelWidth));
        TextWrap.Append(text, fault.Remedy, LabelWidth);
    }
}
