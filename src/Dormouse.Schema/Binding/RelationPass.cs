using Dormouse.Schema.Models;

namespace Dormouse.Schema.Binding;

/// <summary>
/// Pass 4: finds which fields belong to one relation. Two fields do if each leads to the other's model and both have the same name, or
/// none. Fields without another side are kept too, for the rules to report.
/// </summary>
internal static class RelationPass
{
    /// <summary>Among more fields the other side is found by a table; among fewer a walk is faster than the making of it.</summary>
    private const int MostWalked = 32;

    public static void Run(BindingContext context)
    {
        foreach (ModelEntry model in context.Models)
        {
            Find(model);
        }
        foreach (RelationEntry relation in context.Relations)
        {
            if (relation is { Kind: not RelationKind.ManyToMany, Forward: null, Back: { } back })
            {
                back.Target!.AddKeyedRelation(relation);
            }
        }
    }

    /// <summary>
    /// Finds the relations of which one model's fields are side A, or should be. It looks at others' fields, and changes its own model
    /// alone.
    /// </summary>
    public static void Find(ModelEntry model)
    {
        foreach (FieldEntry field in model.RelationFields)
        {
            ModelEntry target = field.Target!;
            FieldEntry? opposite =
                target.RelationFields.Length <= MostWalked ? Walk(field) : (target.Sides ??= new RelationSides(target)).Other(field);
            if (Infer(field, opposite) is { } relation)
            {
                model.AddRelation(relation);
            }
        }
    }

    private static FieldEntry? Walk(FieldEntry field)
    {
        string? name = field.Relation!.ExplicitRelationName;
        foreach (FieldEntry other in field.Target!.RelationFields)
        {
            if (other.Target == field.Owner && other != field && other.Relation!.ExplicitRelationName == name)
            {
                return other;
            }
        }
        return null;
    }

    /// <summary>The relation, unless it is the other side that makes it.</summary>
    private static RelationEntry? Infer(FieldEntry field, FieldEntry? other)
    {
        FieldArity arity = field.Relation!.Arity;
        if (other is not { } opposite)
        {
            return arity == FieldArity.List ? new RelationEntry(RelationKind.OneToMany, null, field)
                : IsUniqueKey(field) ? new RelationEntry(RelationKind.OneToOne, field, null)
                : new RelationEntry(RelationKind.OneToMany, field, null);
        }
        switch (arity, opposite.Relation!.Arity)
        {
            case (FieldArity.List, FieldArity.List):
                return ComesFirst(field, opposite) ? new RelationEntry(RelationKind.ManyToMany, field, opposite) : null;
            case (FieldArity.List, _):
                return null;
            case (_, FieldArity.List):
                return new RelationEntry(RelationKind.OneToMany, field, opposite);
            case (FieldArity.Required, FieldArity.Optional):
                return new RelationEntry(RelationKind.OneToOne, field, opposite);
            case (FieldArity.Optional, FieldArity.Required):
                return null;
            case (FieldArity.Optional, FieldArity.Optional) when field.Fields is not null:
                return new RelationEntry(RelationKind.OneToOne, field, opposite);
            case (FieldArity.Optional, FieldArity.Optional) when opposite.Fields is not null:
                return null;
            default:
                return ComesFirst(field, opposite) ? new RelationEntry(RelationKind.OneToOne, field, opposite) : null;
        }
    }

    /// <summary>By the name of the model, then of the field: the order that the columns of join tables have.</summary>
    private static bool ComesFirst(FieldEntry field, FieldEntry opposite)
    {
        int byModel = string.CompareOrdinal(field.Owner.Name, opposite.Owner.Name);
        return byModel != 0 ? byModel < 0 : string.CompareOrdinal(field.Name, opposite.Name) < 0;
    }

    private static bool IsUniqueKey(FieldEntry field) =>
        field.Fields is { } fields
        && field.Owner.Indexes.Any(index =>
            index.Index.Kind == IndexKind.Unique && index.Fields.Select(item => item.Field).SequenceEqual(fields)
        );
}
