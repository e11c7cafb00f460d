using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>Reads <c>@relation(…)</c> on its own; whether it agrees with the other side is a matter of the rules.</summary>
internal static class RelationReader
{
    private static readonly string[] Actions = Enum.GetNames<ReferentialAction>();

    public static void Read(BindingContext context, FieldEntry entry, ref AttributeArguments arguments)
    {
        RelationField field = entry.Relation!;
        AttributeSyntax attribute = arguments.Syntax;
        RelationDetails details = entry.Details!;
        details.Attribute = attribute;
        if (arguments.Optional("fields") is { } fields)
        {
            details.Fields = Fields(context, entry.Owner, fields, attribute);
        }
        if (arguments.Optional("references") is { } references)
        {
            details.References = References(context, details.Target, references, attribute);
        }
        if (arguments.OptionalUnnamed("name") is { } value && arguments.Text(value) is { } name)
        {
            if (name.Length == 0)
            {
                context.Report(RelationMessages.EmptyName(attribute));
            }
            else
            {
                field.ExplicitRelationName = name;
            }
        }
        if (arguments.Optional("onDelete") is { } onDelete)
        {
            field.ExplicitOnDelete = Action(context, onDelete, ref arguments);
            details.OnDelete = onDelete;
        }
        if (arguments.Optional("onUpdate") is { } onUpdate)
        {
            field.ExplicitOnUpdate = Action(context, onUpdate, ref arguments);
            details.OnUpdate = onUpdate;
        }
        field.MappedForeignKey = arguments.OptionalText("map");
    }

    private static FieldEntry[] Fields(BindingContext context, ModelEntry model, ExpressionSyntax value, AttributeSyntax attribute)
    {
        if (FieldListReader.Read(context, model, value, attribute.Span, withArguments: false) is not { } list)
        {
            return [];
        }
        if (list.Unknown.Count > 0)
        {
            context.Report(RelationMessages.UnknownFields(list.Unknown, Suggestion(model, list), value.Span));
        }
        if (list.Relations.Count > 0)
        {
            context.Report(RelationMessages.FieldsAreRelations([.. list.Relations.Select(item => item.Name)], value.Span));
        }
        return list.IsComplete ? Array.ConvertAll(list.Fields, item => item.Field) : [];
    }

    private static FieldEntry[] References(BindingContext context, ModelEntry model, ExpressionSyntax value, AttributeSyntax attribute)
    {
        if (FieldListReader.Read(context, model, value, attribute.Span, withArguments: false) is not { } list)
        {
            return [];
        }
        if (list.Unknown.Count > 0)
        {
            context.Report(RelationMessages.UnknownReferences(model.Name, list.Unknown, Suggestion(model, list), attribute.Span));
        }
        if (list.Relations.Count > 0)
        {
            string[] names = [.. list.Relations.Select(item => item.Name)];
            context.Report(RelationMessages.ReferencesAreRelations(model.Name, names, attribute.Span));
        }
        return list.IsComplete ? Array.ConvertAll(list.Fields, item => item.Field) : [];
    }

    private static string Suggestion(ModelEntry model, FieldList list) =>
        list.Unknown.Count == 1 && Spelling.Nearest(list.Unknown[0], model.FieldNames) is { } nearest
            ? $". Did you mean \"{nearest}\"?"
            : "";

    private static ReferentialAction? Action(BindingContext context, ExpressionSyntax value, ref AttributeArguments arguments)
    {
        if (arguments.Constant(value) is not { } text)
        {
            return null;
        }
        int found = Array.IndexOf(Actions, text);
        if (found >= 0)
        {
            return (ReferentialAction)found;
        }
        string suggestion = Spelling.Nearest(text, Actions) is { } nearest ? $". Did you mean \"{nearest}\"?" : "";
        context.Report(RelationMessages.UnknownAction(text, suggestion, value.Span));
        return null;
    }
}
