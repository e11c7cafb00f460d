using Dormouse.Query.Failures;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Filters;

/// <summary>The filters of a Json field: <c>{path: ["a"], string_contains: "x"}</c>.</summary>
internal static class JsonFilterReader
{
    /// <summary>The document <c>null</c>, which is a value and not SQL's NULL.</summary>
    private static readonly InputScalar JsonNull = new(
        new ScalarKind(ScalarType.Json, null),
        isList: false,
        new LiteralExpression(TextValue.Of("null")),
        literal: -1
    );

    public static IEnumerable<Condition> Read(ScalarField field, InputObject filter, bool isInsensitive)
    {
        var path = filter.Find("path");
        var conditions = filter
            .Fields.Where(f => f.Key is not ("path" or "mode"))
            .Select(f => ReadOne(field, path, f.Key, f.Value, isInsensitive))
            .ToArray();
        return path is not null && conditions.Length == 0
            ? throw QueryFailure.Input("A JSON path cannot be set without a scalar filter.")
            : conditions;
    }

    public static Condition ReadEqual(ScalarField field, InputValue? path, InputValue value, bool isNegated, bool isInsensitive)
    {
        var comparison = isNegated ? JsonComparison.NotEqual : JsonComparison.Equal;
        Condition With(InputValue operand) => new JsonCondition(field, path, comparison, operand, isInsensitive);
        return value switch
        {
            InputEnum { Value: "DbNull" } => With(InputNull.Instance),
            InputEnum { Value: "JsonNull" } => With(JsonNull),
            InputEnum when isNegated => new AllCondition([With(JsonNull), With(InputNull.Instance)]),
            InputEnum => new AnyCondition([With(JsonNull), With(InputNull.Instance)]),
            _ => With(value),
        };
    }

    private static Condition ReadOne(ScalarField field, InputValue? path, string name, InputValue value, bool isInsensitive)
    {
        var comparison = name switch
        {
            "equals" or "not" => JsonComparison.Equal,
            "lt" => JsonComparison.Less,
            "lte" => JsonComparison.LessOrEqual,
            "gt" => JsonComparison.Greater,
            "gte" => JsonComparison.GreaterOrEqual,
            "string_contains" => JsonComparison.StringContains,
            "string_starts_with" => JsonComparison.StringStartsWith,
            "string_ends_with" => JsonComparison.StringEndsWith,
            "array_contains" => JsonComparison.ArrayContains,
            "array_starts_with" => JsonComparison.ArrayStartsWith,
            "array_ends_with" => JsonComparison.ArrayEndsWith,
            _ => throw PlanFailure.Plain($"'{name}' is no filter of a Json field."),
        };
        if (comparison == JsonComparison.Equal)
        {
            return ReadEqual(field, path, value, name == "not", isInsensitive);
        }

        // An array that contains null contains the document null.
        var isOfArray = comparison is JsonComparison.ArrayContains or JsonComparison.ArrayStartsWith;
        return new JsonCondition(field, path, comparison, isOfArray && value is InputNull ? JsonNull : value, isInsensitive);
    }
}
