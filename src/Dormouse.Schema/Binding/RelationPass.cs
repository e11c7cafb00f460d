using System.Runtime.InteropServices;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Binding;

/// <summary>
/// Pass 4: finds which fields belong to one relation. Two fields do if each leads to the other's model and both have the same name, or
/// none. Fields without another side are kept too, for the rules to report.
/// </summary>
internal static class RelationPass
{
    public static void Run(BindingContext context)
    {
        FieldEntry[] all = [.. context.Models.SelectMany(model => model.Fields).Where(field => field.Relation is not null)];
        Dictionary<(int From, int To, string? Name), (FieldEntry First, FieldEntry? Second)> bySides = new(all.Length);
        foreach (FieldEntry field in all)
        {
            // More than two of one name are an error of their own, so only the first two matter here.
            ref (FieldEntry First, FieldEntry? Second) sides = ref CollectionsMarshal.GetValueRefOrAddDefault(
                bySides,
                (field.Owner.Position, field.Target!.Position, field.Relation!.ExplicitRelationName),
                out bool exists
            );
            sides = exists ? (sides.First, sides.Second ?? field) : (field, null);
        }
        foreach (FieldEntry field in all)
        {
            (int, int, string?) key = (field.Target!.Position, field.Owner.Position, field.Relation!.ExplicitRelationName);
            FieldEntry? opposite =
                !bySides.TryGetValue(key, out (FieldEntry First, FieldEntry? Second) sides) ? null
                : sides.First != field ? sides.First
                : sides.Second;
            if (Infer(field, opposite) is { } relation)
            {
                context.Relations.Add(relation);
            }
        }
    }

    /// <summary>The relation, unless it is the other side that makes it.</summary>
    private static RelationEntry? Infer(FieldEntry field, FieldEntry? opposite)
    {
        FieldArity arity = field.Relation!.Arity;
        if (opposite is null)
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
