using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Writes.Raw;

/// <summary>
/// The parameters of a raw statement: JSON in which dates, bytes and large numbers are tagged,
/// <c>{"prisma__type":"date","prisma__value":"2020-01-01T00:00:00.000Z"}</c>. PostgreSQL infers the type of each from the statement.
/// </summary>
internal static class RawParameters
{
    public static SqlParameter[] Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            if (JsonStrings.HasLoneSurrogate(json.Span))
            {
                throw new FormatException("A parameter holds half of a surrogate pair, which is no character.");
            }

            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = JsonValues.MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                throw NoList();
            }

            var count = document.RootElement.GetArrayLength();
            if (count > SqlTemplate.MaxParameters)
            {
                throw PlanFailure.TooManyParameters();
            }

            var parameters = new SqlParameter[count];
            for (var i = 0; i < count; i++)
            {
                parameters[i] = ParameterText.Encode(Of(document.RootElement[i]), ArgumentType.Unknown);
            }

            return parameters;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw NoList(e);
        }
    }

    private static PlanValue Of(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                return new ListValue([.. element.EnumerateArray().Select(Of)]);
            case JsonValueKind.Object when TryReadTagged(element, out var tagged):
                return tagged;
            default:
                return JsonValues.FromElement(element);
        }
    }

    private static bool TryReadTagged(JsonElement element, out PlanValue value)
    {
        value = NullValue.Instance;
        if (!element.TryGetProperty("prisma__type"u8, out var type) || !element.TryGetProperty("prisma__value"u8, out var inner))
        {
            return false;
        }

        var plain = JsonValues.FromElement(inner);
        value = JsonValues.FromElement(type).ToString() switch
        {
            "date" when plain is TextValue text => new InstantValue(ParameterText.ParseInstant(text)),
            "bytes" when plain is TextValue text => Bytes(text),
            "array" when plain is ListValue => Of(inner),
            _ => plain,
        };
        return true;
    }

    private static BytesValue Bytes(TextValue text) => new(Convert.FromBase64String(text.ToString()));

    private static PlanException NoList(Exception? cause = null) =>
        new("P2009", "The parameters of a raw query are no JSON list.", default, cause);
}
