using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Validation;

/// <summary>What the rules say about relations.</summary>
internal static class RelationRuleMessages
{
    public static Diagnostic Ambiguous(FieldEntry field, IReadOnlyList<FieldEntry> fields, bool isNamed)
    {
        string model = field.Owner.Name;
        string names = And(fields);
        string target = field.Target!.Name;
        string message = (field.Owner == field.Target, isNamed, fields.Count) switch
        {
            (true, false, 2) =>
                $"Ambiguous self relation detected. The fields {names} in model `{model}` both refer to `{target}`. If they are part of "
                    + "the same relation add the same relation name for them with `@relation(<name>)`.",
            (true, false, _) =>
                $"Unnamed self relation detected. The fields {names} in model `{model}` have no relation name. Please provide a relation "
                    + "name for one of them by adding `@relation(<name>).",
            (true, true, _) =>
                $"Wrongly named self relation detected. The fields {names} in model `{model}` have the same relation name. At most two "
                    + "relation fields can belong to the same relation and therefore have the same name. Please assign a different "
                    + "relation name to one of them.",
            (false, false, _) =>
                $"Ambiguous relation detected. The fields {names} in model `{model}` both refer to `{target}`. Please provide different "
                    + "relation names for them by adding `@relation(<name>).",
            (false, true, _) =>
                $"Wrongly named relation detected. The fields {names} in model `{model}` both use the same relation name. Please provide "
                    + "different relation names for them through `@relation(<name>).",
        };
        return MessageForms.Block(field.Owner.Kind, model, message, field.Syntax.Span);
    }

    public static Diagnostic IgnoredTarget(FieldEntry field) =>
        MessageForms.Attribute(
            "@ignore",
            $"The relation field `{field.Name}` on Model `{field.Owner.Name}` must specify the `@ignore` attribute, because the model "
                + $"{field.Target!.Name} it is pointing to is marked ignored.",
            field.Syntax.Span
        );

    public static Diagnostic Action(ReferentialAction action, SourceSpan span)
    {
        string advice =
            action == ReferentialAction.NoAction
                ? ". `NoAction` is not implemented for Postgres when using `relationMode = \"prisma\"`, you could try using `Restrict` "
                    + "instead. Learn more at https://pris.ly/d/relation-mode"
                : "";
        return MessageForms.Validation(
            $"Invalid referential action: `{action}`. Allowed values: (`Cascade`, `Restrict`, `SetNull`){advice}",
            span
        );
    }

    public static Diagnostic SetNullOnRequired(string argument, SourceSpan span) =>
        Relation(
            $"The `{argument}` referential action of a relation must not be set to `SetNull` when a referenced field is required.",
            span
        );

    public static Diagnostic SetNullOnRequiredWarning(string argument, SourceSpan span) =>
        MessageForms.Warning(
            $"The `{argument}` referential action of a relation should not be set to `SetNull` when a referenced field is required. "
                + "We recommend either to choose another referential action, or to make the referenced fields optional.",
            span
        );

    public static Diagnostic MissingOpposite(FieldEntry field) =>
        MessageForms.Field(
            field.Owner.Kind,
            field.Owner.Name,
            field.Name,
            $"The relation field `{field.Name}` on {field.Owner.Kind} `{field.Owner.Name}` is missing an opposite relation field on the "
                + $"model `{field.Target!.Name}`. Either run `prisma format` or add it manually.",
            field.Syntax.Span
        );

    public static Diagnostic OptionalKey(FieldEntry field) =>
        MessageForms.Validation(
            $"The relation field `{field.Name}` uses the scalar fields {Names(field.Fields!)}. At least one of those fields is optional. "
                + "Hence the relation field must be optional as well.",
            field.Syntax.Span
        );

    public static Diagnostic DifferentLengths(FieldEntry field) =>
        MessageForms.Validation("You must specify the same number of fields in `fields` and `references`.", field.RelationAttribute!.Span);

    public static Diagnostic NotUnique(FieldEntry field) =>
        Relation(
            "The argument `references` must refer to a unique criterion in the related model. Consider adding an "
                + (
                    field.References!.Length == 1
                        ? $"`@unique` attribute to the field `{Names(field.References)}` in the model `{field.Target!.Name}`."
                        : $"`@@unique([{Names(field.References)}])` attribute to the model `{field.Target!.Name}`."
                ),
            field.Syntax.Span
        );

    public static Diagnostic DifferentTypes(FieldEntry relation, FieldEntry field, FieldEntry reference) =>
        Relation(
            $"The type of the field `{field.Name}` in the model `{field.Owner.Name}` is not matching the type of the referenced field "
                + $"`{reference.Name}` in model `{reference.Owner.Name}`.",
            relation.Syntax.Span
        );

    public static Diagnostic OneToOneWithout(string argument, FieldEntry field, FieldEntry opposite) =>
        Relation(
            $"The relation fields {Of(field)} and {Of(opposite)} do not provide the `{argument}` argument in the @relation attribute. "
                + "You have to provide it on one of the two fields.",
            field.Syntax.Span
        );

    public static Diagnostic OneToOneOnBoth(string argument, FieldEntry forward, FieldEntry back, FieldEntry at) =>
        Relation(
            $"The relation fields {Of(forward)} and {Of(back)} both provide the {argument} argument in the @relation attribute. You "
                + "have to provide it only on one of the two fields.",
            at.Syntax.Span
        );

    public static Diagnostic OneToOneOnDifferentSides(string first, FieldEntry forward, string second, FieldEntry back, FieldEntry at) =>
        Relation(
            $"The relation field {Of(forward)} provides the `{first}` argument in the @relation attribute. And the related field "
                + $"{Of(back)} provides the `{second}` argument. You must provide both arguments on the same side.",
            at.Syntax.Span
        );

    public static Diagnostic RequiredBack(FieldEntry forward, FieldEntry back) =>
        Relation(
            $"The relation field {Of(back)} is required. This is not valid because it's not possible to enforce this constraint on the "
                + $"database level. Please change the field type from `{forward.Owner.Name}` to `{forward.Owner.Name}?` to fix this.",
            back.Syntax.Span
        );

    public static Diagnostic KeyOnWrongSide(FieldEntry forward, FieldEntry back) =>
        Relation(
            $"The relation field `{back.Owner.Name}.{back.Name}` defines the `fields` and/or `references` argument. You must set them on "
                + $"the required side of the relation (`{forward.Owner.Name}.{forward.Name}`) in order for the constraints to be "
                + "enforced. Alternatively, you can change this field to be required and the opposite optional, or make both sides of "
                + "the relation optional.",
            back.Syntax.Span
        );

    public static Diagnostic KeyNotUnique(FieldEntry field) =>
        Relation(
            "A one-to-one relation must use unique fields on the defining side. Either add an "
                + (
                    field.Fields!.Length == 1
                        ? $"`@unique` attribute to the field `{Names(field.Fields)}`, or change the relation to one-to-many."
                        : $"`@@unique([{Names(field.Fields)}])` attribute to the model, or change the relation to one-to-many."
                ),
            field.Syntax.Span
        );

    public static Diagnostic ActionOnWrongSide(FieldEntry forward, FieldEntry back, bool isToMany) =>
        Relation(
            $"The relation field {Of(back)} must not specify the `onDelete` or `onUpdate` argument in the @relation attribute. You must "
                + $"only specify it on the opposite field `{forward.Name}` on model `{forward.Owner.Name}`"
                + (isToMany ? ", or in case of a many to many relation, in an explicit join table." : "."),
            back.Syntax.Span
        );

    public static Diagnostic ManyWithoutFields(FieldEntry field) =>
        Relation(
            $"The relation field {Of(field)} must specify the `fields` argument in the @relation attribute. You can run `prisma format` "
                + "to fix this automatically.",
            field.Syntax.Span
        );

    public static Diagnostic ManyWithoutReferences(FieldEntry field) =>
        Relation($"The relation field {Of(field)} must specify the `references` argument in the @relation attribute.", field.Syntax.Span);

    public static Diagnostic ManyKeyOnWrongSide(FieldEntry forward, FieldEntry back) =>
        Relation(
            $"The relation field {Of(back)} must not specify the `fields` or `references` argument in the @relation attribute. You must "
                + $"only specify it on the opposite field `{forward.Name}` on model `{forward.Owner.Name}`.",
            back.Syntax.Span
        );

    public static Diagnostic JoinWithoutId(FieldEntry field) =>
        MessageForms.Field(
            field.Target!.Kind,
            field.Owner.Name,
            field.Name,
            $"The relation field `{field.Name}` on {field.Target.Kind} `{field.Owner.Name}` references `{field.Target.Name}` which does "
                + "not have an `@id` field. Models without `@id` cannot be part of a many to many relation. Use an explicit "
                + "intermediate Model to represent this relationship.",
            field.Syntax.Span
        );

    public static Diagnostic JoinNotById(FieldEntry field) =>
        MessageForms.Validation(
            "Implicit many-to-many relations must always reference the id field of the related model. Change the argument `references` "
                + $"to use the id field of the related model `{field.Target!.Name}`. But it is referencing the following fields that "
                + $"are not the id: {Names(field.References!)}",
            field.Syntax.Span
        );

    public static Diagnostic JoinWithReferences(FieldEntry field) =>
        Relation(
            "Implicit many-to-many relation should not have references argument defined. Either remove it, or change the relation to "
                + "one-to-many.",
            field.Syntax.Span
        );

    public static Diagnostic JoinWithAction(SourceSpan span) =>
        MessageForms.Validation("Referential actions on implicit many-to-many relations are not supported", span);

    public static Diagnostic JoinWithView(FieldEntry field) =>
        MessageForms.Validation("Implicit many-to-many relations are not supported for views.", field.Syntax.Span);

    public static Diagnostic Embedded(FieldEntry field) =>
        MessageForms.Validation(
            "Embedded many-to-many relations are not supported on Postgres. Please use the syntax defined in "
                + "https://pris.ly/d/relational-database-many-to-many",
            field.Syntax.Span
        );

    public static Diagnostic SelfCascade(FieldEntry field) =>
        MessageForms.Validation(
            "A self-relation must have `onDelete` and `onUpdate` referential actions set to `NoAction` in one of the @relation "
                + $"attributes.{Defaults(field)} Read more at https://pris.ly/d/cyclic-referential-actions",
            field.Syntax.Span
        );

    public static Diagnostic CyclicCascade(FieldEntry field, string path) =>
        MessageForms.Validation(
            "Reference causes a cycle. One of the @relation attributes in this cycle must have `onDelete` and `onUpdate` referential "
                + $"actions set to `NoAction`. Cycle path: {path}.{Defaults(field)} Read more at "
                + "https://pris.ly/d/cyclic-referential-actions",
            field.Syntax.Span
        );

    public static Diagnostic ForeignKeyTooLong(ModelEntry model, string name, SourceSpan span) =>
        ModelMessages.NameTooLong(model, name, "@relation", span);

    private static string Defaults(FieldEntry field)
    {
        bool setsNull = field.Relation!.ExplicitOnDelete is null && !field.MustHaveKey;
        bool cascades = field.Relation.ExplicitOnUpdate is null;
        return (setsNull, cascades) switch
        {
            (true, true) => " (Implicit default `onDelete`: `SetNull`, and `onUpdate`: `Cascade`)",
            (true, false) => " (Implicit default `onDelete`: `SetNull`)",
            (false, true) => " (Implicit default `onUpdate`: `Cascade`)",
            _ => "",
        };
    }

    private static Diagnostic Relation(string message, SourceSpan span) => MessageForms.Attribute("@relation", message, span);

    private static string Of(FieldEntry field) => $"`{field.Name}` on Model `{field.Owner.Name}`";

    private static string Names(IEnumerable<FieldEntry> fields) => string.Join(", ", fields.Select(field => field.Name));

    private static string And(IReadOnlyList<FieldEntry> fields)
    {
        string[] quoted = [.. fields.Select(field => $"`{field.Name}`")];
        return quoted.Length < 2 ? string.Concat(quoted) : $"{string.Join(", ", quoted[..^1])} and {quoted[^1]}";
    }
}
