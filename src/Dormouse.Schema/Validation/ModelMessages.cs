using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Naming;

namespace Dormouse.Schema.Validation;

/// <summary>What the rules say about models, views and enums as a whole.</summary>
internal static class ModelMessages
{
    public static Diagnostic NoUniqueCriterion(ModelEntry model, IReadOnlyList<string> loose)
    {
        string message =
            $"Each {model.Kind} must have at least one unique criteria that has only required fields. Either mark a single field with "
            + $"`@id`, `@unique` or add a multi field criterion with `@@id([])` or `@@unique([])` to the {model.Kind}.";
        if (loose.Count > 0)
        {
            message +=
                " The following unique criterias were not considered as they contain fields that are not required:\n"
                + string.Join("\n", loose.Select(fields => "- " + fields));
        }
        return MessageForms.Block(model.Kind, model.Name, message, model.Syntax.Name.Span);
    }

    public static Diagnostic DatabaseName(string database, string existing, SourceSpan span) =>
        MessageForms.Error(
            $"The model with database name \"{database}\" could not be defined because another model or view with this name exists: "
                + $"\"{existing}\"",
            span
        );

    public static Diagnostic EnumDatabaseName(SourceSpan span) =>
        MessageForms.Error("An enum with the same database name is already defined.", span);

    public static Diagnostic ViewsFeature(SourceSpan span) =>
        MessageForms.Validation("View definitions are only available with the `views` preview feature.", span);

    public static Diagnostic ViewKey(SourceSpan span) => MessageForms.Validation("Views cannot have primary keys.", span);

    public static Diagnostic ViewIndex(SourceSpan span) => MessageForms.Validation("Views cannot have indexes.", span);

    public static Diagnostic UnknownSchema(string suggestion, SourceSpan span) =>
        MessageForms.Error(
            "This schema is not defined in the datasource. Read more on `@@schema` at https://pris.ly/d/multi-schema" + suggestion,
            span
        );

    public static Diagnostic MissingSchema(ModelEntry model) =>
        MessageForms.Block(model.Kind, model.Name, $"This {model.Kind} is missing an `@@schema` attribute.", model.Syntax.Name.Span);

    public static Diagnostic EnumMissingSchema(SourceSpan span) =>
        MessageForms.Error("This enum is missing an `@@schema` attribute.", span);

    public static Diagnostic NameTooLong(ModelEntry model, string name, string attribute, SourceSpan span) =>
        MessageForms.Block(
            "model",
            model.Name,
            $"The constraint name '{name}' specified in the `map` argument for the `{attribute}` constraint is too long for your chosen "
                + $"provider. The maximum allowed length is {ConstraintNames.MostBytes} bytes.",
            span
        );

    public static Diagnostic GlobalName(string name, string attribute, SourceSpan span) =>
        ConstraintName(name, "global for primary key, indexes and unique constraints", attribute, span);

    public static Diagnostic NameWithinModel(string name, string model, string attribute, SourceSpan span) =>
        ConstraintName(name, $"on model `{model}` for primary key, indexes, unique constraints and foreign keys", attribute, span);

    public static Diagnostic CustomName(string name, string attribute, SourceSpan span) =>
        MessageForms.Attribute(
            attribute,
            $"The given custom name `{name}` has to be unique on the model. Please provide a different name for the `name` argument.",
            span
        );

    public static Diagnostic CustomNameIsField(ModelEntry model, string name, string attribute) =>
        MessageForms.Block(
            model.Kind,
            model.Name,
            $"The custom name `{name}` specified for the `{attribute}` attribute is already used as a name for a field. Please choose a "
                + "different name.",
            model.Syntax.Name.Span
        );

    public static Diagnostic JoinedNameIsField(ModelEntry model, string name, string attribute, SourceSpan span) =>
        MessageForms.Block(
            model.Kind,
            model.Name,
            attribute == "@@id"
                ? $"The field `{name}` clashes with the `@@id` attribute's name. Please resolve the conflict by providing a custom id "
                    + "name: `@@id([...], name: \"custom_name\")`"
                : $"The field `{name}` clashes with the `{attribute}` name. Please resolve the conflict by providing a custom id name: "
                    + $"`{attribute}([...], name: \"custom_name\")`",
            span
        );

    private static Diagnostic ConstraintName(string name, string scope, string attribute, SourceSpan span) =>
        MessageForms.Attribute(
            attribute,
            $"The given constraint name `{name}` has to be unique in the following namespace: {scope}. Please provide a different name "
                + "using the `map` argument.",
            span
        );
}
