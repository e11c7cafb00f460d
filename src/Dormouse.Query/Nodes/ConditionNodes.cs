using System.Globalization;
using Dormouse.Query.Failures;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

internal enum RuleKind : byte
{
    RowCountEq,
    RowCountNeq,
    AffectedRowCountEq,
    Never,
}

internal readonly record struct Rule(RuleKind Kind, double Count)
{
    public bool IsSatisfiedBy(PlanValue value) =>
        Kind switch
        {
            RuleKind.RowCountEq => CountOf(value) == Count,
            RuleKind.RowCountNeq => CountOf(value) != Count,
            RuleKind.AffectedRowCountEq => value is NumberValue number && number.Value == Count,
            _ => false,
        };

    /// <summary>A list has its length, null is no row, anything else (a missing value too) is one.</summary>
    private static double CountOf(PlanValue value) =>
        value switch
        {
            RowsValue rows => rows.Count,
            ListValue list => list.Items.Count,
            NullValue => 0,
            _ => 1,
        };
}

/// <summary>The error of a validate node, with the pieces of its text.</summary>
internal sealed record ValidationError(string Identifier, IReadOnlyDictionary<string, string?> Context, byte[] ContextJson)
{
    public PlanException ToException(PlanValue value)
    {
        var found = value switch
        {
            RowsValue rows => rows.Count.ToString(CultureInfo.InvariantCulture),
            ListValue list => list.Items.Count.ToString(CultureInfo.InvariantCulture),
            NullValue => "null",
            NumberValue number => number.Value.ToString(CultureInfo.InvariantCulture),
            NothingValue => "undefined",
            _ => "[object Object]",
        };
        var (code, message) = Identifier switch
        {
            "RELATION_VIOLATION" => (
                "P2014",
                $"The change you are trying to make would violate the required relation '{Of("relation")}' between the `{Of("modelA")}` and `{Of("modelB")}` models."
            ),
            "MISSING_RECORD" => ("P2025", $"{Dependency} No record was found for {Of("operation")}."),
            "MISSING_RELATED_RECORD" => (
                "P2025",
                $"{Dependency} No '{Of("model")}' record{Hint} was found for {Of("operation")} on {Of("relationType")} relation '{Of("relation")}'."
            ),
            "INCOMPLETE_CONNECT_INPUT" => (
                "P2025",
                $"{Dependency} Expected {Of("expectedRows")} records to be connected, found only {found}."
            ),
            "INCOMPLETE_CONNECT_OUTPUT" => (
                "P2018",
                $"The required connected records were not found. Expected {Of("expectedRows")} records to be connected after connect operation on {Of("relationType")} relation '{Of("relation")}', found {found}."
            ),
            "RECORDS_NOT_CONNECTED" => (
                "P2017",
                $"The records for relation `{Of("relation")}` between the `{Of("parent")}` and `{Of("child")}` models are not connected."
            ),
            _ => (null, $"Unknown error identifier: {Identifier}"),
        };
        return new PlanException(code, message, ContextJson);
    }

    private const string Dependency = "An operation failed because it depends on one or more records that were required but not found.";

    private string Hint =>
        Context.TryGetValue("neededFor", out var purpose) && !string.IsNullOrEmpty(purpose) ? $" (needed to {purpose})" : "";

    private string Of(string name) => Context.TryGetValue(name, out var value) ? value ?? "null" : "undefined";
}

internal sealed class ValidateNode(PlanNode inner, Rule[] rules, ValidationError error) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var value = await inner.EvaluateAsync(run);
        foreach (var rule in rules)
        {
            if (!rule.IsSatisfiedBy(value))
            {
                throw error.ToException(value);
            }
        }

        return value;
    }

    public override void Describe(PlanText text) => text.Node($"validate {error.Identifier} {string.Join(", ", rules)}", inner);
}

internal sealed class IfNode(PlanNode condition, Rule rule, PlanNode then, PlanNode otherwise) : PlanNode
{
    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var value = await condition.EvaluateAsync(run);
        return await (rule.IsSatisfiedBy(value) ? then : otherwise).EvaluateAsync(run);
    }

    public override void Describe(PlanText text) => text.Node($"if {rule}", condition, then, otherwise);
}

/// <summary>Fails when a record that must be there is not.</summary>
internal sealed class FoundNode(PlanNode inner, string cause) : PlanNode
{
    public PlanNode Inner { get; } = inner;

    public override async ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var value = await Inner.EvaluateAsync(run);
        return value is NullValue ? throw QueryFailure.RecordNotFound(cause) : value;
    }

    public override void Describe(PlanText text) => text.Node($"found or '{cause}'", Inner);
}
