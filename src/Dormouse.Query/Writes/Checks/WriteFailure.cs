using System.Globalization;
using Dormouse.Query.Failures;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Checks;

/// <summary>What the client is told when a write finds other records than it needs, in the words of Prisma's engine.</summary>
internal abstract record WriteFailure
{
    public abstract PlanException ToException(long found, long expected);

    protected static PlanException NotFound(string cause) =>
        Known(
            "P2025",
            $"An operation failed because it depends on one or more records that were required but not found. {cause}",
            ("cause", cause)
        );

    protected static PlanException Known(string code, string message, params ReadOnlySpan<(string Name, string Value)> meta) =>
        new(code, message, FailureMeta.Of(meta));

    protected static string KindOf(Relation relation) =>
        relation.Kind switch
        {
            RelationKind.OneToOne => "one-to-one",
            RelationKind.OneToMany => "one-to-many",
            _ => "many-to-many",
        };
}

/// <param name="Operation">With its article: <c>an update</c>.</param>
internal sealed record MissingRecord(string Operation) : WriteFailure
{
    public override PlanException ToException(long found, long expected) => NotFound($"No record was found for {Operation}.");
}

/// <summary>A record that was just written cannot be found by its key, because a nested write changed that.</summary>
/// <param name="Query">The operation with its model: <c>upsertOneUser</c>.</param>
internal sealed record MissingAnswer(string Query) : WriteFailure
{
    public override PlanException ToException(long found, long expected) =>
        PlanFailure.Plain($"Query {Query} is required to return data, but found no record(s).");
}

/// <summary>ON CONFLICT met a record that the rest of the filter does not admit.</summary>
internal sealed record ConflictingRecord : WriteFailure
{
    public override PlanException ToException(long found, long expected) => NotFound("Record not found");
}

/// <param name="Model">The model whose record is missing.</param>
/// <param name="Purpose">What the record is needed for: <c>inline the relation on 'Post' record(s)</c>; null says nothing.</param>
internal sealed record MissingRelatedRecord(Model Model, Relation Relation, string Operation, string? Purpose = null) : WriteFailure
{
    public override PlanException ToException(long found, long expected)
    {
        var hint = Purpose is null ? "" : $" (needed to {Purpose})";
        return NotFound($"No '{Model.Name}' record{hint} was found for {Operation} on {KindOf(Relation)} relation '{Relation.Name}'.");
    }

    public static string Inline(Model model) => $"inline the relation on '{model.Name}' record(s)";

    public static string UpdateInlined(Model model) => $"update inlined relation for '{model.Name}' record(s)";

    public static string CreateInlined(Model model) => $"create inlined relation for '{model.Name}' record(s)";

    public static string ConnectOrCreateInlined(Model model) => $"create or connect inlined relation for '{model.Name}' record(s)";

    public static string Find(Model model) => $"find '{model.Name}' record(s)";
}

/// <summary>Not all records that were to be connected exist.</summary>
internal sealed record IncompleteConnectInput : WriteFailure
{
    public override PlanException ToException(long found, long expected) =>
        NotFound(string.Create(CultureInfo.InvariantCulture, $"Expected {expected} records to be connected, found only {found}."));
}

/// <summary>Not all records that were to be connected were updated.</summary>
internal sealed record IncompleteConnectOutput(Relation Relation) : WriteFailure
{
    public override PlanException ToException(long found, long expected)
    {
        var details = string.Create(
            CultureInfo.InvariantCulture,
            $"Expected {expected} records to be connected after connect operation on {KindOf(Relation)} relation '{Relation.Name}', found {found}."
        );
        return Known("P2018", $"The required connected records were not found. {details}", ("details", details));
    }
}

internal sealed record RecordsNotConnected(Relation Relation, Model Parent, Model Child) : WriteFailure
{
    public override PlanException ToException(long found, long expected) =>
        Known(
            "P2017",
            $"The records for relation `{Relation.Name}` between the `{Parent.Name}` and `{Child.Name}` models are not connected.",
            ("relation_name", Relation.Name),
            ("parent_name", Parent.Name),
            ("child_name", Child.Name)
        );
}

internal sealed record RelationViolation(Relation Relation) : WriteFailure
{
    public override PlanException ToException(long found, long expected) => ToException();

    public PlanException ToException() =>
        Known(
            "P2014",
            $"The change you are trying to make would violate the required relation '{Relation.Name}' between the `{Relation.SideA.Model.Name}` and `{Relation.SideB.Model.Name}` models.",
            ("relation_name", Relation.Name),
            ("model_a_name", Relation.SideA.Model.Name),
            ("model_b_name", Relation.SideB.Model.Name)
        );
}

/// <summary>A number of records to be written that is below zero.</summary>
internal sealed record NegativeLimit(string Text) : WriteFailure
{
    public override PlanException ToException(long found, long expected)
    {
        var details = $"Provided limit ({Text}) must be a positive integer.";
        return Known("P2019", $"Input error. {details}", ("details", details));
    }
}
