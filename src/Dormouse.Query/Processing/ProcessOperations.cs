using Dormouse.Query.Nodes;
using Dormouse.Query.Values;

namespace Dormouse.Query.Processing;

/// <summary>What a process node does with records, in this order: distinct, pagination, reverse, then the nested lists.</summary>
internal sealed record ProcessOperations(
    Pagination? Pagination,
    string[]? Distinct,
    bool Reverse,
    string[]? LinkingFields,
    IReadOnlyList<(string Name, ProcessOperations Operations)> Nested
);

/// <param name="Cursor">Fields and values of the record at which the page begins; null for the first one.</param>
internal sealed record Pagination(IReadOnlyList<(string Name, Expression Value)>? Cursor, int? Take, int? Skip);

/// <summary>A cursor with its values evaluated.</summary>
internal sealed record Cursor(IReadOnlyList<(string Name, PlanValue Value)> Fields)
{
    public static Cursor? Of(Pagination pagination, PlanRun run) =>
        pagination.Cursor is null ? null : new Cursor([.. pagination.Cursor.Select(c => (c.Name, c.Value.Evaluate(run)))]);

    /// <summary>Whether a record is the one that the cursor names.</summary>
    public bool Matches(PlanValue record) => Fields.All(field => KeyEquality.AreEqual(Lists.FieldOf(record, field.Name), field.Value));
}
