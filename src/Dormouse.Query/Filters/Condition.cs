using Dormouse.Query.Inputs;
using Dormouse.Query.Operations;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Filters;

/// <summary>What a filter says about the records of one model. A filter that says nothing is null.</summary>
internal abstract record Condition;

/// <summary><c>OR: []</c>: no record fits.</summary>
internal sealed record NeverCondition : Condition
{
    public static readonly NeverCondition Instance = new();
}

/// <summary>All of them hold.</summary>
internal sealed record AllCondition(IReadOnlyList<Condition> Items) : Condition;

/// <summary>At least one of them holds.</summary>
internal sealed record AnyCondition(IReadOnlyList<Condition> Items) : Condition;

/// <summary>None of them holds. A comparison with NULL is unknown, and so is its opposite.</summary>
internal sealed record NoneCondition(IReadOnlyList<Condition> Items) : Condition;

internal enum Comparison : byte
{
    Equal,
    NotEqual,
    In,
    NotIn,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    NotContains,
    StartsWith,
    NotStartsWith,
    EndsWith,
    NotEndsWith,
}

/// <param name="Operand">A scalar (for In and NotIn a list), null, or another field.</param>
/// <param name="Aggregate">In <c>having</c>: the field's aggregate is compared and not the field.</param>
internal sealed record ScalarCondition(
    ScalarField Field,
    Comparison Comparison,
    InputValue Operand,
    bool IsInsensitive,
    AggregateKind? Aggregate
) : Condition;

internal enum ListComparison : byte
{
    Has,
    HasEvery,
    HasSome,
    IsEmpty,
    IsNotEmpty,
}

/// <param name="Operand">Null for the tests of emptiness.</param>
internal sealed record ListCondition(ScalarField Field, ListComparison Comparison, InputValue? Operand) : Condition;

internal enum JsonComparison : byte
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    StringContains,
    StringStartsWith,
    StringEndsWith,
    ArrayContains,
    ArrayStartsWith,
    ArrayEndsWith,
}

/// <param name="Path">Where in the document the compared value lies; null for the document itself.</param>
/// <param name="Operand">A document, a text, null for SQL's NULL, or another field.</param>
internal sealed record JsonCondition(ScalarField Field, InputValue? Path, JsonComparison Comparison, InputValue Operand, bool IsInsensitive)
    : Condition;

/// <summary>Full-text search over some fields as one document.</summary>
internal sealed record SearchCondition(IReadOnlyList<ScalarField> Fields, InputValue Query, bool IsNegated) : Condition;

internal enum RelationQuantifier : byte
{
    Some,
    Every,
    None,
    Is,
    IsNot,
}

/// <param name="Nested">What is said about the related records; null when nothing is.</param>
internal sealed record RelationCondition(RelationField Field, RelationQuantifier Quantifier, Condition? Nested) : Condition;

/// <summary>There is no related record.</summary>
internal sealed record NoRelatedCondition(RelationField Field) : Condition;
