using Dormouse.Schema.Binding;

namespace Dormouse.Schema.Validation;

/// <summary>The rules for implicit many-to-many relations: both models have a single id, and neither side says anything about keys.</summary>
internal static class JoinTableRules
{
    public static void Check(BindingContext context, RelationEntry relation)
    {
        FieldEntry[] sides = [relation.Forward!.Value, relation.Back!.Value];
        if (sides.Any(side => side.Fields is not null))
        {
            foreach (FieldEntry side in sides)
            {
                context.Report(RelationRuleMessages.Embedded(side));
            }
            return;
        }
        foreach (FieldEntry side in sides)
        {
            CheckSide(context, side, isWithView: sides.Any(other => other.Owner.Model.IsView));
        }
    }

    private static void CheckSide(BindingContext context, FieldEntry side, bool isWithView)
    {
        if (isWithView)
        {
            context.Report(RelationRuleMessages.JoinWithView(side));
        }
        bool hasSingleId = side.Target!.Key is { Fields.Length: 1 };
        if (!hasSingleId)
        {
            context.Report(RelationRuleMessages.JoinWithoutId(side));
        }
        else if (side.References is { } references && !(references.Length == 1 && references[0] == side.Target.Key!.Fields[0].Field))
        {
            context.Report(RelationRuleMessages.JoinNotById(side));
        }
        if (side.References is not null)
        {
            context.Report(RelationRuleMessages.JoinWithReferences(side));
        }
        if (side.OnDelete is { } onDelete)
        {
            context.Report(RelationRuleMessages.JoinWithAction(onDelete.Span));
        }
        if (side.OnUpdate is { } onUpdate)
        {
            context.Report(RelationRuleMessages.JoinWithAction(onUpdate.Span));
        }
    }
}
