using Dormouse.Schema.Binding;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Validation;

/// <summary>The rules for one-to-one relations: exactly one side holds the key, which is unique, and the other side is optional.</summary>
internal static class OneToOneRules
{
    public static void CheckKey(BindingContext context, FieldEntry forward)
    {
        if (forward.Fields is { Length: > 0 } fields && !forward.Owner.IsIdentifiedBy(fields))
        {
            context.Report(RelationRuleMessages.KeyNotUnique(forward));
        }
    }

    public static void Check(BindingContext context, FieldEntry forward, FieldEntry back)
    {
        CheckArgument(context, "fields", forward, forward.Fields, back, back.Fields);
        CheckArgument(context, "references", forward, forward.References, back, back.References);
        CheckActions(context, forward, back);
        if (!context.Diagnostics.HasErrors)
        {
            CheckMixture(context, forward, back);
        }
        if (!context.Diagnostics.HasErrors && back.Relation!.IsRequired)
        {
            context.Report(RelationRuleMessages.RequiredBack(forward, back));
        }
        if (!context.Diagnostics.HasErrors && forward.Relation!.IsRequired && (back.Fields is not null || back.References is not null))
        {
            context.Report(RelationRuleMessages.KeyOnWrongSide(forward, back));
        }
    }

    private static void CheckArgument(
        BindingContext context,
        string argument,
        FieldEntry forward,
        FieldEntry[]? onForward,
        FieldEntry back,
        FieldEntry[]? onBack
    )
    {
        bool isOnForward = onForward is { Length: > 0 };
        bool isOnBack = onBack is { Length: > 0 };
        if (!isOnForward && !isOnBack)
        {
            context.Report(RelationRuleMessages.OneToOneWithout(argument, forward, back));
            context.Report(RelationRuleMessages.OneToOneWithout(argument, back, forward));
        }
        else if (isOnForward && isOnBack)
        {
            context.Report(RelationRuleMessages.OneToOneOnBoth($"`{argument}`", forward, back, forward));
            context.Report(RelationRuleMessages.OneToOneOnBoth($"`{argument}`", forward, back, back));
        }
    }

    private static void CheckActions(BindingContext context, FieldEntry forward, FieldEntry back)
    {
        bool isOnForward = HasAction(forward.Relation!);
        bool isOnBack = HasAction(back.Relation!);
        if (isOnForward && isOnBack)
        {
            const string Actions = "`onDelete` or `onUpdate`";
            context.Report(RelationRuleMessages.OneToOneOnBoth(Actions, back, forward, back));
            context.Report(RelationRuleMessages.OneToOneOnBoth(Actions, forward, back, forward));
        }
        else if (isOnBack)
        {
            context.Report(RelationRuleMessages.ActionOnWrongSide(forward, back, isToMany: false));
        }
    }

    private static void CheckMixture(BindingContext context, FieldEntry forward, FieldEntry back)
    {
        if (forward.Fields is { Length: > 0 } && back.References is { Length: > 0 })
        {
            context.Report(RelationRuleMessages.OneToOneOnDifferentSides("fields", forward, "references", back, forward));
            context.Report(RelationRuleMessages.OneToOneOnDifferentSides("fields", forward, "references", back, back));
        }
        if (forward.References is { Length: > 0 } && back.Fields is { Length: > 0 })
        {
            context.Report(RelationRuleMessages.OneToOneOnDifferentSides("references", forward, "fields", back, forward));
        }
    }

    private static bool HasAction(RelationField field) => field.ExplicitOnDelete is not null || field.ExplicitOnUpdate is not null;
}
