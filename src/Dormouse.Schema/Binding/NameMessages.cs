using Dormouse.Schema.Diagnostics;

namespace Dormouse.Schema.Binding;

/// <summary>What the first two passes say, about names and types.</summary>
internal static class NameMessages
{
    public static Diagnostic ReservedScalar(string name, SourceSpan span) =>
        MessageForms.Error($"\"{name}\" is a reserved scalar type name and cannot be used.", span);

    public static Diagnostic ReservedModel(string kind, string name, SourceSpan span) =>
        MessageForms.Block(
            "model",
            name,
            $"The {kind} name `{name}` is invalid. It is a reserved name. Please change it. Read more at https://pris.ly/d/naming-models",
            span
        );

    public static Diagnostic ReservedEnum(string name, SourceSpan span) =>
        MessageForms.Error(
            $"Error validating enum `{name}`: The enum name `{name}` is invalid. It is a reserved name. Please change it. Read more at "
                + "https://www.prisma.io/docs/reference/tools-and-interfaces/prisma-schema/data-model#naming-enums",
            span
        );

    public static Diagnostic DuplicateBlock(string name, string kind, string existing, SourceSpan span) =>
        MessageForms.Error($"The {kind} \"{name}\" cannot be defined because a {existing} with that name already exists.", span);

    public static Diagnostic DuplicateField(string kind, string block, string field, SourceSpan span) =>
        MessageForms.Error($"Field \"{field}\" is already defined on {kind} \"{block}\".", span);

    public static Diagnostic DuplicateEnumValue(string type, string value, SourceSpan span) =>
        MessageForms.Error($"Value \"{value}\" is already defined on enum \"{type}\".", span);

    public static Diagnostic DuplicateProperty(string kind, string block, string key, SourceSpan span) =>
        MessageForms.Error($"Key \"{key}\" is already defined in {kind} \"{block}\".", span);

    public static Diagnostic StartsWithDigit(string item, SourceSpan span) =>
        MessageForms.Validation($"The name of a {item} must not start with a number.", span);

    public static Diagnostic Hyphen(string item, SourceSpan span) =>
        MessageForms.Validation($"The character `-` is not allowed in {item} names.", span);

    public static Diagnostic EmptyEnum(SourceSpan span) => MessageForms.Validation("An enum must have at least one value.", span);

    public static Diagnostic UnknownType(string name, string suggestion, SourceSpan span) =>
        MessageForms.Error(
            $"Type \"{name}\" is neither a built-in type, nor refers to another model, composite type, or enum.{suggestion}",
            span
        );

    public static Diagnostic CompositeType(SourceSpan span) =>
        MessageForms.Validation("Composite types are not supported on Postgres.", span);
}
