using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>What the third pass says about keys and indexes.</summary>
internal static class KeyMessages
{
    public static Diagnostic SortExpected(SourceSpan span) => MessageForms.Error("Unexpected token. Expected one of: Asc, Desc", span);

    public static Diagnostic SortArgument(AttributeSyntax attribute, string given) =>
        AttributeMessages.Attribute(attribute, $"The `sort` argument can only be `Asc` or `Desc` you provided: {given}.");

    public static Diagnostic UnknownOperatorClass(string name, string suggestion, SourceSpan span) =>
        MessageForms.Error($"Unexpected token. Expected one of: Invalid operator class: {name}{suggestion}", span);

    public static Diagnostic OperatorClassExpected(SourceSpan span) =>
        MessageForms.Error("Unexpected token. Expected one of: operator class", span);

    public static Diagnostic RawOperatorClass(string problem, SourceSpan span) =>
        MessageForms.Error($"Unexpected token. Expected one of: {problem}", span);

    public static Diagnostic UnknownIndexType(AttributeSyntax attribute, string type, string suggestion) =>
        AttributeMessages.Attribute(attribute, $"Unknown index type: {type}.{suggestion}");

    public static Diagnostic NameAndMap(AttributeSyntax attribute) =>
        AttributeMessages.Attribute(
            attribute,
            "The `@@index` attribute accepts the `name` argument as an alias for the `map` argument for legacy reasons. It does not "
                + "accept both though. Please use the `map` argument to specify the database name of the index."
        );

    public static Diagnostic RepeatedField(string model, string field, SourceSpan span) =>
        MessageForms.Block("model", model, $"The unique index definition refers to the field {field} multiple times.", span);

    public static Diagnostic UnknownFields(string model, bool isUnique, IReadOnlyList<string> fields, string suggestion, SourceSpan span) =>
        MessageForms.Block(
            "model",
            model,
            $"The {(isUnique ? "unique " : "")}index definition refers to the unknown fields: {string.Join(", ", fields)}.{suggestion}",
            span
        );

    public static Diagnostic RelationFields(
        string model,
        bool isUnique,
        IReadOnlyList<string> fields,
        IReadOnlyList<string> keyFields,
        SourceSpan span
    )
    {
        string suggestion =
            keyFields.Count == 0 ? "" : $" Did you mean `@@{(isUnique ? "unique" : "index")}([{string.Join(", ", keyFields)}])`?";
        return MessageForms.Block(
            "model",
            model,
            $"The {(isUnique ? "unique " : "")}index definition refers to the relation fields {string.Join(", ", fields)}. "
                + $"Index definitions must reference only scalar fields.{suggestion}",
            span
        );
    }

    public static Diagnostic UnknownIdFields(string model, IReadOnlyList<string> fields, string suggestion, SourceSpan span) =>
        MessageForms.Block("model", model, $"The multi field id declaration refers to the unknown {FieldList(fields)}.{suggestion}", span);

    public static Diagnostic RelationIdFields(string model, IReadOnlyList<string> fields, SourceSpan span) =>
        MessageForms.Block(
            "model",
            model,
            $"The id definition refers to the relation {FieldList(fields)}. ID definitions must reference only scalar fields.",
            span
        );

    public static Diagnostic OptionalIdFields(string model, IReadOnlyList<string> fields, SourceSpan span) =>
        MessageForms.Block(
            "model",
            model,
            $"The id definition refers to the optional {FieldList(fields)}. ID definitions must reference only required fields.",
            span
        );

    public static Diagnostic OptionalId(SourceSpan span) =>
        MessageForms.Attribute("@id", "Fields that are marked as id must be required.", span);

    public static Diagnostic SeveralIds(string model, SourceSpan span) =>
        MessageForms.Block("model", model, "At most one field must be marked as the id field with the `@id` attribute.", span);

    public static Diagnostic IdTwice(string model, SourceSpan span) =>
        MessageForms.Block(
            "model",
            model,
            "Each model must have at most one id criteria. You can't have `@id` and `@@id` at the same time.",
            span
        );

    public static Diagnostic ClientName(string model, string attribute, SourceSpan span) =>
        MessageForms.Block(
            "model",
            model,
            $"The `name` property within the `{attribute}` attribute only allows for the following characters: `_a-zA-Z0-9`.",
            span
        );

    private static string FieldList(IReadOnlyList<string> fields)
    {
        string[] quoted = [.. fields.Select(field => $"`{field}`")];
        return quoted.Length == 1 ? "field " + quoted[0] : $"fields {string.Join(", ", quoted[..^1])} and {quoted[^1]}";
    }
}
