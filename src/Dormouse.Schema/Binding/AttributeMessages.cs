using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>What the third pass says about attributes in general; those on defaults, keys and relations are beside their readers.</summary>
internal static class AttributeMessages
{
    private static readonly Dictionary<string, string> Arguments = new()
    {
        ["id"] = "`fields` (in `@@id`), `name` (in `@@id`), `map` and `sort`",
        ["unique"] = "`fields` (in `@@unique`), `name` (in `@@unique`), `map` and `sort`",
        ["index"] = "`fields`, `map` and `type`",
        ["fulltext"] = "`fields` and `map`",
        ["relation"] = "`name`, `fields`, `references`, `onDelete`, `onUpdate` and `map`",
        ["default"] = "one value",
        ["map"] = "one argument, `name`",
        ["schema"] = "one argument, `map`",
    };

    public static Diagnostic Duplicate(string name, SourceSpan span) =>
        MessageForms.Error($"Attribute \"@{name}\" can only be defined once.", span);

    public static Diagnostic Unknown(string name, IEnumerable<string> known, SourceSpan span) =>
        MessageForms.Error($"Attribute not known: \"@{name}\".{Spelling.Suggestion(name, known)}", span);

    public static Diagnostic DuplicateArgument(string name, SourceSpan span) =>
        MessageForms.Error($"Argument \"{name}\" is already specified.", span);

    public static Diagnostic DuplicateUnnamedArgument(string name, SourceSpan span) =>
        MessageForms.Error($"Argument \"{name}\" is already specified as unnamed argument.", span);

    public static Diagnostic MissingArgument(string name, SourceSpan span) => MessageForms.Error($"Argument \"{name}\" is missing.", span);

    public static Diagnostic UnknownArgument(AttributeSyntax attribute, SourceSpan span)
    {
        string known = Arguments.GetValueOrDefault(attribute.Name.Text, "no arguments");
        return MessageForms.Error($"No such argument. \"@{attribute.Name.Text}\" takes {known}.", span);
    }

    public static Diagnostic EmptyArgument(AttributeSyntax attribute, Identifier argument) =>
        Attribute(attribute, $"The `{argument.Text}` argument is missing a value.", argument.Span);

    public static Diagnostic TrailingComma(AttributeSyntax attribute, SourceSpan span) =>
        Attribute(attribute, "Trailing commas are not valid in attribute arguments, please remove the comma.", span);

    public static Diagnostic SeveralUnnamed(AttributeSyntax attribute)
    {
        IEnumerable<string> values = attribute.Arguments.Items.Where(item => item.Name is null).Select(item => item.Value.Shown);
        return Attribute(
            attribute,
            "You provided multiple unnamed arguments. This is not possible. Did you forget the brackets? Did you mean "
                + $"`[{string.Join(", ", values)}]`?"
        );
    }

    public static Diagnostic WrongValue(string expected, ExpressionSyntax value) =>
        MessageForms.Error($"Expected a {expected} value, but received {value.Kind} value `{value.Shown}`.", value.Span);

    public static Diagnostic EmptyText(AttributeSyntax attribute, string argument) =>
        Attribute(attribute, $"The `{argument}` argument cannot be an empty string.");

    public static Diagnostic IgnoredUnsupported(AttributeSyntax attribute) =>
        Attribute(
            attribute,
            "Fields of type `Unsupported` cannot take an `@ignore` attribute. They are already treated as ignored by the client due to "
                + "their type."
        );

    public static Diagnostic IgnoredTwice(SourceSpan span) =>
        MessageForms.Attribute("@ignore", "Fields on an already ignored Model do not need an `@ignore` annotation.", span);

    public static Diagnostic NotARelation(AttributeSyntax attribute) => Attribute(attribute, "Invalid field type, not a relation.");

    public static Diagnostic UpdatedAtType(AttributeSyntax attribute) =>
        Attribute(attribute, "Fields that are marked with @updatedAt must be of type DateTime.");

    public static Diagnostic UpdatedAtList(AttributeSyntax attribute) =>
        Attribute(attribute, "Fields that are marked with @updatedAt cannot be lists.");

    public static Diagnostic IdOnRelation(AttributeSyntax attribute, string field) =>
        Attribute(
            attribute,
            $"The field `{field}` is a relation field and cannot be marked with `@id`. Only scalar fields can be declared as id."
        );

    public static Diagnostic DefaultOnRelation(AttributeSyntax attribute) =>
        Attribute(attribute, "Cannot set a default value on a relation field.");

    public static Diagnostic MapOnRelation(AttributeSyntax attribute) =>
        Attribute(attribute, "The attribute `@map` cannot be used on relation fields.");

    public static Diagnostic UniqueOnRelation(AttributeSyntax attribute, string field, IReadOnlyList<string> keyFields)
    {
        string suggestion = keyFields.Count switch
        {
            0 => "",
            1 => $" Did you mean to put it on `{keyFields[0]}`?",
            _ => $" Did you mean to provide `@@unique([{string.Join(", ", keyFields)}])`?",
        };
        return Attribute(
            attribute,
            $"The field `{field}` is a relation field and cannot be marked with `unique`. Only scalar fields can be made unique.{suggestion}"
        );
    }

    public static Diagnostic ShardKey(SourceSpan span) =>
        MessageForms.Attribute("@@shardKey", "Shard keys are not currently supported for provider postgresql", span);

    /// <summary>An error of an attribute, shown where the attribute stands.</summary>
    public static Diagnostic Attribute(AttributeSyntax attribute, string message, SourceSpan? span = null) =>
        MessageForms.Attribute("@" + attribute.Name.Text, message, span ?? attribute.Span);
}
