using System.Globalization;
using System.Text;
using System.Text.Json;
using Dormouse.Query.Documents;
using Dormouse.Query.Values;

namespace Dormouse.Query.Inputs.Bindings;

/// <summary>
/// The parameters of raw SQL, which come as the text of a JSON array. The value is a <see cref="TextValue"/> of that text; its tagged
/// values (<c>prisma__type</c>) have the form of their tags.
/// </summary>
internal sealed class RawParametersBinding(int literal) : ParameterBinding
{
    public override bool TryBind(LiteralTable literals, out PlanValue value)
    {
        var found = literals[literal];
        var text = LiteralTable.TextOf(literals.RawOf(found));
        value = new TextValue(text);
        return found.Kind == LiteralKind.Text && RawParameters.Explain(text) is null;
    }
}

internal static class RawParameters
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Json.JsonValues.MaxDepth };

    /// <summary>What the text is not, and why, in the engine's words; null when nothing is wrong.</summary>
    public static (string Expected, string? Reason)? Explain(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                return ("JSON array", null);
            }

            foreach (var item in document.RootElement.EnumerateArray())
            {
                if (ExplainItem(item) is { } reason)
                {
                    return ("Flat JSON array (no nesting)", reason);
                }
            }

            return null;
        }
        catch (JsonException e)
        {
            var isEnd = text.Span.TrimEnd(" \t\r\n"u8).IsEmpty || e.BytePositionInLine >= text.Length;
            var line = (e.LineNumber ?? 0) + 1;
            var column = (e.BytePositionInLine ?? 0) + (isEnd ? 0 : 1);
            return (
                "JSON String",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(isEnd ? "EOF while parsing a value" : "expected value")} at line {line} column {column}"
                )
            );
        }
    }

    private static string? ExplainItem(JsonElement item)
    {
        switch (item.ValueKind)
        {
            case JsonValueKind.Array:
                return item.EnumerateArray().Select(ExplainItem).FirstOrDefault(reason => reason is not null);
            case JsonValueKind.Object when item.TryGetProperty("prisma__type", out var tag) && tag.ValueKind == JsonValueKind.String:
                return ExplainTagged(tag, item);
            default:
                return null;
        }
    }

    private static string? ExplainTagged(JsonElement tag, JsonElement item)
    {
        var text =
            item.TryGetProperty("prisma__value", out var value) && value.ValueKind == JsonValueKind.String
                ? Encoding.UTF8.GetBytes(Json.JsonValues.TextOf(value))
                : null;
        var (isValid, what) = Json.JsonValues.TextOf(tag) switch
        {
            "date" => (text is not null && Rfc3339.TryParse(text, out _, out _), "`JSON date object` to `PrismaValue`"),
            "bigint" => (text is not null && NumberText.IsInteger(text, allowPlus: true), "`JSON bigint value` to `PrismaValue`"),
            "decimal" => (text is not null && NumberText.IsDecimal(text), "`JSON decimal value` to `PrismaValue`"),
            "bytes" => (text is not null && ScalarReader.TryDecode(text, out _), "`base64 encoded bytes` to `PrismaValue::Bytes`"),
            _ => (true, ""),
        };
        return isValid ? null : "Could not convert from " + what;
    }
}
