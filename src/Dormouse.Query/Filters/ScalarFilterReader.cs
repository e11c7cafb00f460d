using Dormouse.Query.Failures;
using Dormouse.Query.Inputs;
using Dormouse.Query.Operations;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Filters;

/// <summary>The filters of one scalar field: <c>{gt: 1, not: {in: [2, 3]}}</c>, or a plain value.</summary>
internal static class ScalarFilterReader
{
    public static IEnumerable<Condition> Read(ScalarField field, InputValue value)
    {
        if (value is not InputObject filter)
        {
            return [Equal(field, value)];
        }

        var isInsensitive = filter.Find("mode") is InputEnum { Value: "insensitive" };
        return ReadObject(new Subject(field, isInsensitive, null), filter, isReversed: false);
    }

    public static Condition Equal(ScalarField field, InputValue value) =>
        field.Type == ScalarType.Json && !field.IsList
            ? JsonFilterReader.ReadEqual(field, null, value, isNegated: false, false)
            : new ScalarCondition(field, Comparison.Equal, value, false, null);

    private static IEnumerable<Condition> ReadObject(Subject subject, InputObject filter, bool isReversed)
    {
        if (subject.Field.Type == ScalarType.Json && !subject.Field.IsList && subject.Aggregate is null)
        {
            return JsonFilterReader.Read(subject.Field, filter, subject.IsInsensitive);
        }

        return filter.Fields.Where(f => f.Key != "mode").SelectMany(f => ReadOne(subject, f.Key, f.Value, isReversed));
    }

    private static IEnumerable<Condition> ReadOne(Subject subject, string name, InputValue value, bool isReversed)
    {
        switch (name)
        {
            case "not" when value is InputObject inner:
                return ReadObject(subject, inner, !isReversed);
            case var _ when AggregateKinds.Find(name) is { } aggregate:
                // The mode is the field's own and does not reach into its aggregates.
                return ReadObject(new Subject(subject.Field, false, aggregate), (InputObject)value, isReversed);
            case "search":
                return [new SearchCondition([subject.Field], value, isReversed)];
            case "has":
                return [new ListCondition(subject.Field, ListComparison.Has, value)];
            case "hasEvery":
                return [new ListCondition(subject.Field, ListComparison.HasEvery, value)];
            case "hasSome":
                return [new ListCondition(subject.Field, ListComparison.HasSome, value)];
            case "isEmpty":
                var comparison = Constants.IsTrue(value) ? ListComparison.IsEmpty : ListComparison.IsNotEmpty;
                return [new ListCondition(subject.Field, comparison, null)];
            // A value behind "not" is not equal, however often it was negated on the way.
            case "not":
                return [subject.Compare(Comparison.NotEqual, value)];
            default:
                var plain = ComparisonOf(name, value);
                return [subject.Compare(isReversed ? Opposite(plain) : plain, value)];
        }
    }

    private static Comparison ComparisonOf(string name, InputValue value) =>
        name switch
        {
            "equals" => Comparison.Equal,
            "in" => value is InputNull ? Comparison.Equal : Comparison.In,
            "notIn" => value is InputNull ? Comparison.NotEqual : Comparison.NotIn,
            "lt" => Comparison.Less,
            "lte" => Comparison.LessOrEqual,
            "gt" => Comparison.Greater,
            "gte" => Comparison.GreaterOrEqual,
            "contains" => Comparison.Contains,
            "startsWith" => Comparison.StartsWith,
            "endsWith" => Comparison.EndsWith,
            _ => throw PlanFailure.Plain($"'{name}' is no filter of a scalar field."),
        };

    private static Comparison Opposite(Comparison comparison) =>
        comparison switch
        {
            Comparison.Equal => Comparison.NotEqual,
            Comparison.NotEqual => Comparison.Equal,
            Comparison.In => Comparison.NotIn,
            Comparison.NotIn => Comparison.In,
            Comparison.Less => Comparison.GreaterOrEqual,
            Comparison.LessOrEqual => Comparison.Greater,
            Comparison.Greater => Comparison.LessOrEqual,
            Comparison.GreaterOrEqual => Comparison.Less,
            Comparison.Contains => Comparison.NotContains,
            Comparison.StartsWith => Comparison.NotStartsWith,
            Comparison.EndsWith => Comparison.NotEndsWith,
            _ => comparison,
        };

    /// <summary>What is compared.</summary>
    private sealed record Subject(ScalarField Field, bool IsInsensitive, AggregateKind? Aggregate)
    {
        public ScalarCondition Compare(Comparison comparison, InputValue operand) =>
            new(Field, comparison, operand, IsInsensitive, Aggregate);
    }
}
