using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>Replaces what is generated at each run by its kind. Given values never look so: see <see cref="Values.ValueGenerator"/>.</summary>
internal static partial class Masks
{
    /// <summary>The same tree with generated values replaced.</summary>
    public static JsonNode? Of(JsonNode? node) =>
        node switch
        {
            JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Of(member.Value)))),
            JsonArray items => new JsonArray([.. items.Select(Of)]),
            JsonValue value when value.TryGetValue(out string? text) => JsonValue.Create(Of(text)),
            _ => node?.DeepClone(),
        };

    private static string Of(string text)
    {
        if (WholeId().IsMatch(text))
        {
            return "<id>";
        }
        text = Uuid().Replace(text, "<uuid>");
        text = Elapsed().Replace(text, "<n> ms");
        return Present().Replace(text, "<now>");
    }

    // Given uuids begin with 00000000.
    [GeneratedRegex("(?!00000000-)[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    // cuid, cuid2, ulid, and nanoid of its usual length and of thirty; names of constraints and decimals may be as long.
    [GeneratedRegex(
        "^(?!.*_f?key$|-?[0-9]+$)(?:c[a-z0-9]{24}|[a-z][a-z0-9]{23}|[0-9A-HJKMNP-TV-Z]{26}|[A-Za-z0-9_-]{21}|[A-Za-z0-9_-]{30})$"
    )]
    private static partial Regex WholeId();

    [GeneratedRegex(@"\b20(2[6-9]|[3-9]\d)-\d\d-\d\d[T ][\d:.]+(Z|[+-]\d\d(:\d\d)?)?")]
    private static partial Regex Present();

    [GeneratedRegex(@"\b\d+ ms\b")]
    private static partial Regex Elapsed();
}
