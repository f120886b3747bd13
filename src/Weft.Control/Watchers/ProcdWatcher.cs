using System.Text;
using System.Text.Json;

namespace Weft.Control;

/// <summary>
/// A site's watcher as a second instance of its service on OpenWrt, which procd starts anew when it is killed. procd is asked
/// by <c>ubus</c> and not by the service's script: that may be the very one that waits for us, with its lock held.
/// </summary>
sealed class ProcdWatcher(Tools tools, Reporting reporting)
{
    const string Instance = "watch";

    /// <summary>
    /// procd's own way to say it: after 5 s, unless it ended within 60 s of its start 5 times in a row. So one that finds no
    /// site, because somebody took it away by hand, is not started for ever.
    /// </summary>
    static readonly string[] s_respawn = ["60", "5", "5"];

    /// <summary>The site is a service of this host (<c>weft install</c>).</summary>
    internal static bool Has(string name) => File.Exists($"/etc/init.d/{ServiceOf(name)}") && Ubus is not null;

    /// <summary>Whether procd would start it anew.</summary>
    internal bool Runs(string name) =>
        Ask("list", name, _ => { }) is { Succeeded: true } result
        && result.Output.Contains($"\"{Instance}\"", StringComparison.Ordinal);

    /// <returns>False when there is no procd.</returns>
    internal bool TryStart(string name, DaemonCommand watcher)
    {
        reporting.Step($"procd: {ServiceOf(name)}, instance {Instance}");
        return Ask("add", name, json => Write(json, name, watcher)) is { Succeeded: true };
    }

    /// <summary>Ends it, and nobody starts it anew; without it, or without procd, there is nothing to do.</summary>
    internal void Remove(string name)
    {
        if (Runs(name))
            Ask("delete", name, json => json.WriteString("instance", Instance));
    }

    static void Write(Utf8JsonWriter json, string name, DaemonCommand watcher)
    {
        json.WriteStartObject("instances");
        json.WriteStartObject(Instance);
        WriteArray(json, "command", [watcher.Program, .. watcher.Arguments, name]);
        WriteArray(json, "respawn", s_respawn);
        json.WriteBoolean("stdout", true);
        json.WriteBoolean("stderr", true);
        json.WriteStartObject("env");
        foreach ((string variable, string value) in FrugalRuntime.Settings)
            json.WriteString(variable, value);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    /// <returns>Null when there is no ubus.</returns>
    ToolResult? Ask(string method, string name, Action<Utf8JsonWriter> more)
    {
        if (Ubus is not { } ubus)
            return null;
        using MemoryStream message = new();
        using (Utf8JsonWriter json = new(message))
        {
            json.WriteStartObject();
            json.WriteString("name", ServiceOf(name));
            more(json);
            json.WriteEndObject();
        }
        return tools.Run(ubus, ["call", "service", method, Encoding.UTF8.GetString(message.ToArray())]);
    }

    static string? Ubus => Tools.Find("ubus");

    static string ServiceOf(string name) => $"weft-{name}";
}
