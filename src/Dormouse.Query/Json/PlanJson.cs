using System.Text.Json;
using Dormouse.Query.Failures;

namespace Dormouse.Query.Json;

/// <summary>Reading of plans: unknown properties are ignored, absent and mistyped ones are named.</summary>
internal static class PlanJson
{
    public static JsonElement Required(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? value
            : throw PlanFailure.Malformed($"the property '{name}' is missing.");

    /// <summary>A string, or null when the property is absent or null.</summary>
    public static string? Text(this JsonElement element, string name)
    {
        if (
            element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty(name, out var value)
            || value.ValueKind == JsonValueKind.Null
        )
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? JsonValues.TextOf(value)
            : throw PlanFailure.Malformed($"the property '{name}' must be a string.");
    }

    public static string RequiredText(this JsonElement element, string name) =>
        element.Text(name) ?? throw PlanFailure.Malformed($"the property '{name}' is missing.");

    public static bool Flag(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public static JsonElement.ArrayEnumerator Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : throw PlanFailure.Malformed("a list is expected.");

    public static JsonElement.ObjectEnumerator Properties(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : throw PlanFailure.Malformed("an object is expected.");

    /// <summary>The value of a property, or null when it is absent or JSON null.</summary>
    public static JsonElement? Optional(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static double? Number(this JsonElement element, string name) =>
        element.Optional(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number
        : throw PlanFailure.Malformed($"the property '{name}' must be a number.");
}
