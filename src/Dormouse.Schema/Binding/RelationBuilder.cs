using Dormouse.Schema.Models;

namespace Dormouse.Schema.Binding;

/// <summary>Makes the relations of the model from entries that kept all the rules.</summary>
internal static class RelationBuilder
{
    public static void Build(ModelEntry model)
    {
        foreach (RelationEntry entry in model.Relations)
        {
            entry.Made = Build(entry);
        }
    }

    private static Relation Build(RelationEntry entry)
    {
        (FieldEntry a, FieldEntry b) = Sides(entry);
        a.Relation!.Fields = Scalars(a.Fields);
        a.Relation.References = Scalars(a.References);
        bool mustHaveKey = a.MustHaveKey;
        Relation relation = new(RelationNames.Of(a), a.Relation.ExplicitRelationName is not null, entry.Kind, a.Relation, b.Relation!)
        {
            OnDelete =
                entry.Kind == RelationKind.ManyToMany
                    ? ReferentialAction.Cascade
                    : a.Relation.ExplicitOnDelete ?? (mustHaveKey ? ReferentialAction.Restrict : ReferentialAction.SetNull),
            OnUpdate = a.Relation.ExplicitOnUpdate ?? ReferentialAction.Cascade,
        };
        a.Relation.Relation = relation;
        a.Relation.Opposite = b.Relation!;
        b.Relation!.Relation = relation;
        b.Relation.Opposite = a.Relation;
        return relation;
    }

    /// <summary>Side A is the one with the key.</summary>
    private static (FieldEntry A, FieldEntry B) Sides(RelationEntry entry) =>
        entry is { Forward: { } forward, Back: { } back } && back.Fields is not { Length: > 0 }
            ? (forward, back)
            : (entry.Back!.Value, entry.Forward!.Value);

    private static ScalarField[] Scalars(FieldEntry[]? fields) =>
        fields is { Length: > 0 } ? Array.ConvertAll(fields, field => field.Scalar!) : [];
}
