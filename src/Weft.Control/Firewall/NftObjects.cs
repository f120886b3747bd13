using System.Globalization;
using System.Text.Json;

namespace Weft.Control;

/// <summary>A chain of <see cref="Nftables"/>; type, hook and policy are null unless it is a base chain.</summary>
sealed record NftChain(string Family, string Table, string Name, string? Type, string? Hook, string? Policy)
{
    internal static NftChain Read(JsonElement json) =>
        new(
            NftRule.Text(json, "family") ?? "",
            NftRule.Text(json, "table") ?? "",
            NftRule.Text(json, "name") ?? "",
            NftRule.Text(json, "type"),
            NftRule.Text(json, "hook"),
            NftRule.Text(json, "policy")
        );

    /// <summary>In the same table.</summary>
    internal bool Beside(NftChain other) => Family == other.Family && Table == other.Table;
}

/// <summary>A rule of <see cref="Nftables"/>.</summary>
/// <param name="Family">Of the table.</param>
/// <param name="Table">Its table.</param>
/// <param name="Chain">Its chain.</param>
/// <param name="Handle">What it is deleted by.</param>
/// <param name="Words">In nft's words without quotes, for the few forms that we write; else raw JSON.</param>
/// <param name="Jump">The chain that it jumps to; null when it does not.</param>
/// <param name="IsUnconditionalDrop">It drops or rejects whatever reaches it.</param>
sealed record NftRule(
    string Family,
    string Table,
    string Chain,
    long Handle,
    string Words,
    string? Jump,
    bool IsUnconditionalDrop
)
{
    /// <summary>Opens the comment of a rule whose expressions different versions of nft print differently.</summary>
    internal const string CommentWord = "weft: ";

    internal static bool IsComment(string words) => words.StartsWith(CommentWord, StringComparison.Ordinal);

    /// <summary>What <see cref="Words"/> will be of a rule that we write.</summary>
    internal static string WordsOf(string rule)
    {
        int comment = rule.IndexOf(CommentWord, StringComparison.Ordinal);
        return comment < 0 ? rule.Replace("\"", "", StringComparison.Ordinal) : rule[comment..^1];
    }

    internal static NftRule Read(JsonElement json)
    {
        List<string> words = [];
        string? jump = null;
        bool drops = false;
        bool conditional = false;
        if (Member(json, "expr") is { ValueKind: JsonValueKind.Array } expressions)
        {
            foreach (JsonElement expression in expressions.EnumerateArray())
            {
                (string kind, JsonElement body) = First(expression);
                drops |= kind is "drop" or "reject";
                conditional |= kind is not ("drop" or "reject" or "counter" or "log");
                if (kind is "jump")
                    jump = Text(body, "target");
                if (kind is not "counter")
                    words.Add(WordsOf(kind, body));
            }
        }
        return new NftRule(
            Text(json, "family") ?? "",
            Text(json, "table") ?? "",
            Text(json, "chain") ?? "",
            Member(json, "handle") is { ValueKind: JsonValueKind.Number } handle && handle.TryGetInt64(out long number)
                ? number
                : 0,
            Text(json, "comment") is { } comment && IsComment(comment) ? comment : string.Join(' ', words),
            jump,
            drops && !conditional
        );
    }

    /// <summary>In this chain.</summary>
    internal bool In(NftChain chain) => BesideOf(chain) && Chain == chain.Name;

    /// <summary>In this chain's table.</summary>
    internal bool BesideOf(NftChain chain) => Family == chain.Family && Table == chain.Table;

    /// <summary>A member that is text; null when there is none, or it is something else.</summary>
    internal static string? Text(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>Null when it is no object, or one without such a member.</summary>
    internal static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) ? value : null;

    static (string Kind, JsonElement Body) First(JsonElement expression)
    {
        if (expression.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in expression.EnumerateObject())
                return (property.Name, property.Value);
        }
        return ("", expression);
    }

    static string WordsOf(string kind, JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Null)
            return kind;
        if (kind != "match" || Text(body, "op") != "==")
            return body.GetRawText();
        if (Member(body, "left") is not { } leftSide || Member(body, "right") is not { } right)
            return body.GetRawText();
        (string side, JsonElement left) = First(leftSide);
        string? what = side switch
        {
            "meta" => Text(left, "key"),
            "payload" => $"{Text(left, "protocol")} {Text(left, "field")}",
            _ => null,
        };
        string? value = right.ValueKind switch
        {
            JsonValueKind.String => right.GetString(),
            JsonValueKind.Number when right.TryGetInt64(out long number) => number.ToString(
                CultureInfo.InvariantCulture
            ),
            _ => null,
        };
        return what is null || value is null ? body.GetRawText() : $"{what} {value}";
    }
}
