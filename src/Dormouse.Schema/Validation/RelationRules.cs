using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Naming;

namespace Dormouse.Schema.Validation;

/// <summary>The rules for relations: which side holds the key, what the key refers to, and which actions may be asked for.</summary>
internal static class RelationRules
{
    /// <summary>The rules for each field of a model alone.</summary>
    public static void CheckFields(BindingContext context, ModelEntry model)
    {
        foreach (FieldEntry field in model.RelationFields)
        {
            CheckField(context, field);
        }
    }

    /// <summary>The rules for the relations that were found at a model's fields.</summary>
    public static void CheckRelations(BindingContext context, ModelEntry model)
    {
        foreach (RelationEntry relation in model.Relations)
        {
            Check(context, relation);
        }
    }

    private static void Check(BindingContext context, RelationEntry relation)
    {
        if (relation.Kind == RelationKind.ManyToMany)
        {
            JoinTableRules.Check(context, relation);
            return;
        }
        if (relation.Forward is { } keyed)
        {
            CheckKey(context, keyed);
            if (relation.Kind == RelationKind.OneToOne)
            {
                OneToOneRules.CheckKey(context, keyed);
            }
        }
        if (relation is not { Forward: { } forward, Back: { } back })
        {
            context.Report(RelationRuleMessages.MissingOpposite(relation.Any));
        }
        else if (relation.Kind == RelationKind.OneToOne)
        {
            OneToOneRules.Check(context, forward, back);
        }
        else
        {
            CheckOneToMany(context, forward, back);
        }
    }

    private static void CheckField(BindingContext context, FieldEntry field)
    {
        RelationField relation = field.Relation!;
        if (field.Target!.Model.IsIgnored && !relation.IsIgnored && !field.Owner.Model.IsIgnored)
        {
            context.Report(RelationRuleMessages.IgnoredTarget(field));
        }
        if (relation.MappedForeignKey is { } name && ConstraintNames.IsTooLong(name))
        {
            context.Report(RelationRuleMessages.ForeignKeyTooLong(field.Owner, name, field.RelationAttribute!.Span));
        }
        CheckAction(context, field, relation.ExplicitOnDelete, "onDelete");
        CheckAction(context, field, relation.ExplicitOnUpdate, "onUpdate");
    }

    private static void CheckAction(BindingContext context, FieldEntry field, ReferentialAction? action, string argument)
    {
        if (action is null)
        {
            return;
        }
        SourceSpan span = field.Syntax.SpanOf("relation", argument);
        bool isEmulated = context.RelationMode == RelationMode.Prisma;
        if (isEmulated && action is ReferentialAction.NoAction or ReferentialAction.SetDefault)
        {
            context.Report(RelationRuleMessages.Action(action.Value, span));
        }
        if (action == ReferentialAction.SetNull && field.HasRequiredColumn)
        {
            // PostgreSQL accepts it and fails when the action is due; who emulates it sees it coming.
            context.Report(
                isEmulated
                    ? RelationRuleMessages.SetNullOnRequired(argument, span)
                    : RelationRuleMessages.SetNullOnRequiredWarning(argument, span)
            );
        }
    }

    private static void CheckKey(BindingContext context, FieldEntry forward)
    {
        FieldEntry[] fields = forward.Fields ?? [];
        FieldEntry[] references = forward.References ?? [];
        if (references.Length > 0 && !forward.Target!.IsIdentifiedBy(references))
        {
            context.Report(RelationRuleMessages.NotUnique(forward));
        }
        if (forward.Fields is not null && forward.References is not null && fields.Length != references.Length)
        {
            context.Report(RelationRuleMessages.DifferentLengths(forward));
        }
        if (forward.Relation!.IsRequired && Array.Exists(fields, item => item.Scalar!.IsOptional))
        {
            context.Report(RelationRuleMessages.OptionalKey(forward));
        }
        for (int index = 0; index < Math.Min(fields.Length, references.Length); index++)
        {
            if (!HaveOneType(fields[index].Scalar!, references[index].Scalar!))
            {
                context.Report(RelationRuleMessages.DifferentTypes(forward, fields[index], references[index]));
            }
        }
    }

    private static void CheckOneToMany(BindingContext context, FieldEntry forward, FieldEntry back)
    {
        if (forward.Fields is not { Length: > 0 })
        {
            context.Report(RelationRuleMessages.ManyWithoutFields(forward));
        }
        if (forward.References is not { Length: > 0 })
        {
            context.Report(RelationRuleMessages.ManyWithoutReferences(forward));
        }
        if (back.Fields is { Length: > 0 } || back.References is { Length: > 0 })
        {
            context.Report(RelationRuleMessages.ManyKeyOnWrongSide(forward, back));
        }
        if (back.Relation!.ExplicitOnDelete is not null || back.Relation.ExplicitOnUpdate is not null)
        {
            context.Report(RelationRuleMessages.ActionOnWrongSide(forward, back, isToMany: true));
        }
    }

    private static bool HaveOneType(ScalarField left, ScalarField right) =>
        left.Type == right.Type && left.Enum == right.Enum && left.UnsupportedType == right.UnsupportedType;
}
