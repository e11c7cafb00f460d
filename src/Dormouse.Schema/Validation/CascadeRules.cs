using Dormouse.Schema.Binding;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Validation;

/// <summary>
/// The rule that emulated actions come to an end: where the engine and not the database keeps relations, no cycle of models may pass
/// changes on all the way round. Linear in the number of relations.
/// </summary>
internal static class CascadeRules
{
    public static void Check(BindingContext context)
    {
        if (context.RelationMode != RelationMode.Prisma)
        {
            return;
        }
        FieldEntry[] edges =
        [
            .. context
                .Relations.Where(relation => relation.Kind != RelationKind.ManyToMany && relation is { Forward: not null, Back: not null })
                .Select(relation => relation.Forward!.Value)
                .Where(PassesOn),
        ];
        ILookup<ModelEntry, FieldEntry> outgoing = edges.ToLookup(edge => edge.Owner);
        Dictionary<ModelEntry, int> components = StronglyConnected.Components(
            context.Models,
            model => outgoing[model].Select(edge => edge.Target!)
        );
        HashSet<ModelEntry> reachesSelf = ReachesSelfRelation(edges);
        foreach (FieldEntry edge in edges)
        {
            if (edge.Owner == edge.Target)
            {
                context.Report(RelationRuleMessages.SelfCascade(edge));
            }
            else if (components[edge.Owner] == components[edge.Target!])
            {
                context.Report(RelationRuleMessages.CyclicCascade(edge, $"{edge.Owner.Name}.{edge.Name} → {edge.Target!.Name} → …"));
            }
            else if (reachesSelf.Contains(edge.Target!))
            {
                context.Report(RelationRuleMessages.SelfCascade(edge));
            }
        }
    }

    /// <summary>Whether deleting or changing the other record changes this one.</summary>
    private static bool PassesOn(FieldEntry field)
    {
        ReferentialAction onDelete =
            field.Relation!.ExplicitOnDelete ?? (field.MustHaveKey ? ReferentialAction.Restrict : ReferentialAction.SetNull);
        ReferentialAction onUpdate = field.Relation.ExplicitOnUpdate ?? ReferentialAction.Cascade;
        return Changes(onDelete) || Changes(onUpdate);
    }

    private static bool Changes(ReferentialAction action) => action is not (ReferentialAction.NoAction or ReferentialAction.Restrict);

    private static HashSet<ModelEntry> ReachesSelfRelation(FieldEntry[] edges)
    {
        ILookup<ModelEntry, FieldEntry> incoming = edges.ToLookup(edge => edge.Target!);
        HashSet<ModelEntry> found = [.. edges.Where(edge => edge.Owner == edge.Target).Select(edge => edge.Owner)];
        Queue<ModelEntry> open = new(found);
        while (open.TryDequeue(out ModelEntry? model))
        {
            foreach (FieldEntry edge in incoming[model])
            {
                if (found.Add(edge.Owner))
                {
                    open.Enqueue(edge.Owner);
                }
            }
        }
        return found;
    }
}
