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
            return ("JSON String", ExplainSyntax(text.Span, e));
        }
    }

    private static string ExplainSyntax(ReadOnlySpan<byte> text, JsonException cause)
    {
        var (what, line, column) = IsCut(text)
            ? ("EOF while parsing a value", text.Count((byte)'\n'), text.Length - text.LastIndexOf((byte)'\n') - 1)
            : ("expected value", cause.LineNumber ?? 0, (cause.BytePositionInLine ?? 0) + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{what} at line {line + 1} column {column}");
    }

    /// <summary>Whether nothing is wrong but the end.</summary>
    private static bool IsCut(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, isFinalBlock: false, default);
            while (reader.Read()) { }

            return true;
        }
        catch (JsonException)
        {
            return false;
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
