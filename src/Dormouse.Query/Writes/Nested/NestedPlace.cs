using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Nested;

/// <summary>Where a nested write stands: below which step, behind which field of its records.</summary>
internal sealed record NestedPlace(WriteBuilder Builder, GraphNode Parent, RelationField Field)
{
    public WriteGraph Graph => Builder.Graph;

    public Relation Relation => Field.Relation;

    /// <summary>The model of the parent's records.</summary>
    public Model ParentModel => Field.Model;

    /// <summary>The model of the records behind the field.</summary>
    public Model ChildModel => Field.Target;

    /// <summary>The columns of the parent that hold, or that are held by, the key.</summary>
    public IReadOnlyList<ScalarField> ParentLink => RelationColumns.Own(Field);

    public IReadOnlyList<ScalarField> ChildLink => RelationColumns.Related(Field);

    public IReadOnlyList<ScalarField> ParentIdentifier => PrimaryIdentifier.Of(ParentModel);

    public IReadOnlyList<ScalarField> ChildIdentifier => PrimaryIdentifier.Of(ChildModel);

    /// <summary>The parent holds the key.</summary>
    public bool IsInlinedInParent => Field.IsForward;

    public bool ParentIsCreate => Parent is CreateStep;

    public Condition? Filter(InputObject filter) => Builder.Filter(ChildModel, filter);

    public MissingRelatedRecord Missing(Model model, string operation, string? purpose = null) => new(model, Relation, operation, purpose);

    public RelationViolation Violation => new(Relation);
}
