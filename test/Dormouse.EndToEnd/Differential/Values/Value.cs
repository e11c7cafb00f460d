using System.Text.Json.Nodes;

namespace Dormouse.EndToEnd.Differential.Values;

/// <summary>A value in both of its forms. Immutable: <see cref="Json"/> makes a new tree each time.</summary>
/// <param name="Text">How PostgreSQL writes it; null for NULL.</param>
/// <param name="JsonText">How a client writes it in a query.</param>
internal sealed record Value(string? Text, string JsonText)
{
    public static readonly Value Null = new(null, "null");

    public JsonNode? Json => JsonNode.Parse(JsonText);

    /// <summary>An SQL literal whose type the column decides.</summary>
    public string Sql => Text is null ? "NULL" : $"'{Text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A list of values.</summary>
    public static Value ListOf(IReadOnlyList<Value> items)
    {
        IEnumerable<string> quoted = items.Select(item =>
            item.Text is null
                ? "NULL"
                : $"\"{item.Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
        );
        return new Value($"{{{string.Join(',', quoted)}}}", $"[{string.Join(',', items.Select(item => item.JsonText))}]");
    }
}
