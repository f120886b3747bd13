using System.Globalization;
using System.Net;
using System.Text;

namespace Weft.Bench.Tunnel.Report;

/// <summary>
/// A chart of horizontal bars in groups, as SVG: a group for each contender, a bar for each quantity, from zero, with its
/// figure at its end. Reads on light and dark pages. Pure.
/// </summary>
sealed class BarChart(string title, string unit, string format)
{
    const int Width = 760;
    const int Left = 130;
    const int Right = 90;
    const int BarHeight = 14;
    const int GroupGap = 12;
    const int Top = 64;

    static readonly string[] Colours = ["#3b7dd8", "#e08a3c", "#6fa35a"];

    readonly List<(string Name, double[] Values)> _groups = [];
    string[] _series = [];

    /// <summary>What the bars of a group are, in order.</summary>
    internal BarChart Series(params string[] names)
    {
        _series = names;
        return this;
    }

    /// <summary>Adds a group; a value that is not a number has no bar.</summary>
    internal void Add(string name, params double[] values) => _groups.Add((name, values));

    internal string ToSvg()
    {
        double most = _groups.SelectMany(group => group.Values).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        int groupHeight = _series.Length * BarHeight + GroupGap;
        int height = Top + _groups.Count * groupHeight + 8;
        StringBuilder svg = new();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" font-family="sans-serif" font-size="12">
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="{Left}" y="22" font-size="15" font-weight="bold" fill="#222222">{WebUtility.HtmlEncode(
                title
            )}</text>

            """
        );
        AppendLegend(svg);
        for (int i = 0; i < _groups.Count; i++)
            AppendGroup(svg, i, Top + i * groupHeight, most);
        return svg.Append("</svg>\n").ToString();
    }

    void AppendLegend(StringBuilder svg)
    {
        int x = Left;
        for (int i = 0; i < _series.Length; i++)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""
                <rect x="{x}" y="34" width="10" height="10" fill="{Colours[i]}"/>
                <text x="{x + 14}" y="43" fill="#444444">{WebUtility.HtmlEncode(_series[i])}, {unit}</text>

                """
            );
            x += 40 + (_series[i].Length + unit.Length) * 7;
        }
    }

    void AppendGroup(StringBuilder svg, int index, int top, double most)
    {
        (string name, double[] values) = _groups[index];
        int middle = top + _series.Length * BarHeight / 2 + 4;
        string weight = index == 0 ? "bold" : "normal";
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""
            <text x="{Left - 8}" y="{middle}" text-anchor="end" font-weight="{weight}" fill="#222222">{WebUtility.HtmlEncode(
                name
            )}</text>

            """
        );
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
                continue;
            double length = values[i] / most * (Width - Left - Right);
            int y = top + i * BarHeight;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""
                <rect x="{Left}" y="{y}" width="{length:F1}" height="{BarHeight - 2}" fill="{Colours[i]}"/>
                <text x="{Left + length + 5:F1}" y="{y + BarHeight - 4}" font-size="11" fill="#222222">{values[i].ToString(
                    format,
                    CultureInfo.InvariantCulture
                )}</text>

                """
            );
        }
    }
}
