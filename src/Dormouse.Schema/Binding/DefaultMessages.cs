using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>What is wrong with the value of <c>@default</c>.</summary>
internal static class DefaultMessages
{
    public static Diagnostic OnlyDatabaseGenerated(AttributeSyntax attribute) =>
        Default(attribute, "Only @default(dbgenerated(\"...\")) can be used for Unsupported types.");

    public static Diagnostic EmptyDatabaseGenerated(AttributeSyntax attribute) =>
        Default(attribute, "dbgenerated() takes either no argument, or a single nonempty string argument.");

    public static Diagnostic DatabaseGeneratedArgument(AttributeSyntax attribute) =>
        Default(attribute, "`dbgenerated()` takes a single String argument");

    public static Diagnostic NamedAutoincrement(AttributeSyntax attribute) =>
        Default(attribute, "Naming an autoincrement default value is not allowed.");

    public static Diagnostic NamedDefault(AttributeSyntax attribute) =>
        Default(
            attribute,
            "You defined a database name for the default value of a field on the model. This is not supported by the provider."
        );

    public static Diagnostic UnknownFunction(string function, string suggestion, SourceSpan span) =>
        MessageForms.Error(
            $"Unknown function in @default(): `{function}` is not known. You can read about the available functions here: "
                + $"https://pris.ly/d/attribute-functions{suggestion}",
            span
        );

    public static Diagnostic Auto(SourceSpan span) =>
        MessageForms.Attribute("@default", "The current connector does not support the `auto()` function.", span);

    public static Diagnostic WrongFunction(AttributeSyntax attribute, string function, ScalarType type) =>
        Default(attribute, $"The function `{function}()` cannot be used on fields of type `{ScalarTypes.Name(type)}`.");

    public static Diagnostic NoArguments(AttributeSyntax attribute, string function) =>
        Default(attribute, $"The `{function}` function does not take any argument. Consider changing this default to `{function}()`.");

    public static Diagnostic IntegerArgument(AttributeSyntax attribute, string function) =>
        Default(attribute, $"`{function}()` takes a single Int argument.");

    public static Diagnostic EitherArgument(AttributeSyntax attribute, string function, int first, int second) =>
        Default(attribute, $"`{function}()` takes either no argument, or a single integer argument which is either {first} or {second}.");

    public static Diagnostic LengthArgument(AttributeSyntax attribute, string function, int least, int most) =>
        Default(attribute, $"`{function}()` takes either no argument, or a single integer argument between {least} and {most}.");

    public static Diagnostic NotAnEnumValue(AttributeSyntax attribute, string value, string suggestion) =>
        Default(attribute, $"The defined default value `{value}` is not a valid value of the enum specified for the field.{suggestion}");

    public static Diagnostic EnumValueExpected(AttributeSyntax attribute, ExpressionSyntax value) =>
        Default(attribute, $"Expected an enum value, but found `{value.Shown}`.");

    public static Diagnostic ListExpected(AttributeSyntax attribute) =>
        Default(attribute, "The default value of a list field must be a list.");

    public static Diagnostic NoListExpected(AttributeSyntax attribute) =>
        Default(attribute, "The default value of a non-list field cannot be a list.");

    public static Diagnostic WrongType(AttributeSyntax attribute, ScalarType type, ExpressionSyntax value) =>
        Default(attribute, $"Expected a {ScalarTypes.Name(type)} value, but found `{value.Shown}`.");

    public static Diagnostic BooleanExpected(SourceSpan span) =>
        MessageForms.Attribute("@default", "A boolean literal must be `true` or `false`.", span);

    public static Diagnostic NotParsed(ExpressionSyntax value, string raw, string what) =>
        MessageForms.Attribute("@default", $"Parse error: \"{raw}\" is not a valid {what}.", value.Span);

    private static Diagnostic Default(AttributeSyntax attribute, string message) =>
        MessageForms.Attribute("@default", message, attribute.Span);
}
