using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>What the third pass says about <c>@relation</c>.</summary>
internal static class RelationMessages
{
    public static Diagnostic UnknownFields(IReadOnlyList<string> fields, string suggestion, SourceSpan span) =>
        MessageForms.Validation(
            "The argument fields must refer only to existing fields. The following fields do not exist in this model: "
                + string.Join(", ", fields)
                + suggestion,
            span
        );

    public static Diagnostic FieldsAreRelations(IReadOnlyList<string> fields, SourceSpan span) =>
        MessageForms.Validation(
            "The argument fields must refer only to scalar fields. But it is referencing the following relation fields: "
                + string.Join(", ", fields),
            span
        );

    public static Diagnostic UnknownReferences(string model, IReadOnlyList<string> fields, string suggestion, SourceSpan span) =>
        MessageForms.Validation(
            $"The argument `references` must refer only to existing fields in the related model `{model}`. The following fields do not "
                + $"exist in the related model: {string.Join(", ", fields)}{suggestion}",
            span
        );

    public static Diagnostic ReferencesAreRelations(string model, IReadOnlyList<string> fields, SourceSpan span) =>
        MessageForms.Validation(
            $"The argument `references` must refer only to scalar fields in the related model `{model}`. But it is referencing the "
                + $"following relation fields: {string.Join(", ", fields)}",
            span
        );

    public static Diagnostic EmptyName(AttributeSyntax attribute) =>
        AttributeMessages.Attribute(attribute, "A relation cannot have an empty name.");

    public static Diagnostic UnknownAction(string action, string suggestion, SourceSpan span) =>
        MessageForms.Attribute("@relation", $"Invalid referential action: `{action}`{suggestion}", span);
}
