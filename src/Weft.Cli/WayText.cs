using System.Globalization;
using System.Text;
using Weft.Control;

namespace Weft.Cli;

/// <summary>The way of a packet for a person, at most 80 columns wide.</summary>
static class WayText
{
    const int LabelWidth = 14;

    internal static string Write(Way way)
    {
        StringBuilder text = new();
        TextWrap.Append(text, way.Summary + ".", 0);
        foreach (string reason in way.Reasons)
            TextWrap.Append(text, reason, 0);
        (string Label, string? Value)[] rows =
        [
            ("from", way.From?.ToString()),
            ("interface", way.Interface is null ? null : $"{way.Interface}, {way.Nature?.Text}"),
            ("peer", way.Peer is null ? null : Describe(way.Peer)),
            ("configured", IsOther(way) ? Describe(way.Configured!) : null),
            ("by route", way.Entry is { } entry ? $"{entry}, made by {way.Maker}" : null),
            ("next hop", way.NextHop?.ToString()),
            ("source", way.From is null ? way.Source?.ToString() : null),
            ("mtu", way.Mtu == 0 ? null : way.Mtu.ToString(CultureInfo.InvariantCulture)),
        ];
        if (rows.Any(r => r.Value is not null))
            text.Append('\n');
        foreach ((string label, string? value) in rows)
        {
            if (value is null)
                continue;
            text.Append("  ").Append(label.PadRight(LabelWidth - 2));
            TextWrap.Append(text, value, LabelWidth);
        }
        return text.ToString();
    }

    static bool IsOther(Way way) =>
        way.Configured is { } configured
        && (configured.PublicKey != way.Peer?.PublicKey || configured.Interface != way.Peer.Interface);

    static string Describe(WayPeer peer)
    {
        string endpoint = peer.Endpoint is { } e ? $" at {e}" : "";
        string age = peer.HandshakeAge is { } time ? $"handshake {StatusText.Age(time)}" : "no handshake";
        return $"{peer.Name}{endpoint}, {age}, for {peer.Prefix}, by {peer.Interface}";
    }
}
