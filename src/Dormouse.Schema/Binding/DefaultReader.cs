using System.Globalization;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>Reads <c>@default(…)</c>. Whether a literal can be understood as a date, JSON and so on is checked later, by the rules.</summary>
internal static class DefaultReader
{
    private static readonly string[] Functions = ["autoincrement", "cuid", "dbgenerated", "nanoid", "now", "ulid", "uuid"];

    public static DefaultValue? Read(BindingContext context, ScalarField field, ref AttributeArguments arguments)
    {
        AttributeSyntax attribute = arguments.Syntax;
        ExpressionSyntax? value = arguments.Required("value");
        bool isNamed = arguments.OptionalText("map") is not null;
        if (value is null)
        {
            return null;
        }
        DefaultValue? made =
            value is FunctionSyntax { Name: "dbgenerated" } generated ? DatabaseGenerated(context, attribute, generated)
            : field.IsUnsupported ? Wrong(context, DefaultMessages.OnlyDatabaseGenerated(attribute))
            : field.Enum is not null ? EnumValue(context, attribute, field, value)
            : value is FunctionSyntax function ? Function(context, attribute, field.Type!.Value, function, isNamed)
            : field.IsList ? List(context, attribute, field, value)
            : value is ArraySyntax ? Wrong(context, DefaultMessages.NoListExpected(attribute))
            : Literal(context, attribute, field.Type!.Value, value);
        if (isNamed && made is not null)
        {
            context.Report(DefaultMessages.NamedDefault(attribute));
        }
        return made;
    }

    private static DatabaseDefault? DatabaseGenerated(BindingContext context, AttributeSyntax attribute, FunctionSyntax function)
    {
        ArgumentSyntax[] arguments = function.Arguments.Items;
        if (arguments.Length == 0)
        {
            return new DatabaseDefault(null);
        }
        if (arguments.Length > 1 || arguments[0].Value is not StringSyntax text)
        {
            context.Report(DefaultMessages.DatabaseGeneratedArgument(attribute));
            return null;
        }
        if (text.Value.Length == 0)
        {
            context.Report(DefaultMessages.EmptyDatabaseGenerated(attribute));
            return null;
        }
        return new DatabaseDefault(text.Value);
    }

    private static DefaultValue? Function(
        BindingContext context,
        AttributeSyntax attribute,
        ScalarType type,
        FunctionSyntax function,
        bool isNamed
    )
    {
        if (function.Name == "autoincrement" && isNamed)
        {
            return Wrong(context, DefaultMessages.NamedAutoincrement(attribute));
        }
        switch (function.Name, type)
        {
            case ("autoincrement", ScalarType.Int or ScalarType.BigInt):
                return WithoutArguments(context, attribute, function, DefaultFunction.Autoincrement);
            case ("now", ScalarType.DateTime):
                return WithoutArguments(context, attribute, function, DefaultFunction.Now);
            case ("ulid", ScalarType.String):
                return WithoutArguments(context, attribute, function, DefaultFunction.Ulid);
            case ("cuid", ScalarType.String):
                return Choice(context, attribute, function, DefaultFunction.Cuid, 1, 2);
            case ("uuid", ScalarType.String):
                return Choice(context, attribute, function, DefaultFunction.Uuid, 4, 7);
            case ("nanoid", ScalarType.String):
                return Nanoid(context, attribute, function);
            case ("auto", _):
                return Wrong(context, DefaultMessages.Auto(function.Span));
        }
        return Functions.Contains(function.Name)
            ? Wrong(context, DefaultMessages.WrongFunction(attribute, function.Name, type))
            : Wrong(context, DefaultMessages.UnknownFunction(function.Name, Spelling.Suggestion(function.Name, Functions), function.Span));
    }

    private static FunctionDefault? WithoutArguments(
        BindingContext context,
        AttributeSyntax attribute,
        FunctionSyntax syntax,
        DefaultFunction function
    )
    {
        if (syntax.Arguments.Items.Length == 0)
        {
            return FunctionDefault.Of(function, null);
        }
        context.Report(DefaultMessages.NoArguments(attribute, syntax.Name));
        return null;
    }

    private static FunctionDefault? Choice(
        BindingContext context,
        AttributeSyntax attribute,
        FunctionSyntax syntax,
        DefaultFunction function,
        int first,
        int second
    )
    {
        if (!TryArgument(context, attribute, syntax, out int? argument))
        {
            return null;
        }
        if (argument is null || argument == first || argument == second)
        {
            return FunctionDefault.Of(function, argument);
        }
        context.Report(DefaultMessages.EitherArgument(attribute, syntax.Name, first, second));
        return null;
    }

    private static FunctionDefault? Nanoid(BindingContext context, AttributeSyntax attribute, FunctionSyntax syntax)
    {
        if (!TryArgument(context, attribute, syntax, out int? argument))
        {
            return null;
        }
        if (argument is null or (>= 2 and <= 255))
        {
            return FunctionDefault.Of(DefaultFunction.Nanoid, argument);
        }
        context.Report(DefaultMessages.LengthArgument(attribute, syntax.Name, 2, 255));
        return null;
    }

    private static bool TryArgument(BindingContext context, AttributeSyntax attribute, FunctionSyntax function, out int? argument)
    {
        argument = null;
        ArgumentSyntax[] arguments = function.Arguments.Items;
        if (arguments.Length == 0)
        {
            return true;
        }
        if (arguments.Length > 1 || arguments[0].Value is not NumberSyntax number)
        {
            context.Report(DefaultMessages.IntegerArgument(attribute, function.Name));
            return false;
        }
        // What is no small integer is out of every range.
        argument = int.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int parsed) ? parsed : -1;
        return true;
    }

    private static DefaultValue? EnumValue(BindingContext context, AttributeSyntax attribute, ScalarField field, ExpressionSyntax value) =>
        field.IsList && value is not ArraySyntax ? Wrong(context, DefaultMessages.EnumValueExpected(attribute, value))
        : field.IsList ? List(context, attribute, field, value)
        : SingleEnumValue(context, attribute, field, value);

    private static DefaultValue? SingleEnumValue(
        BindingContext context,
        AttributeSyntax attribute,
        ScalarField field,
        ExpressionSyntax value
    )
    {
        if (value is not ConstantSyntax constant)
        {
            return Wrong(context, DefaultMessages.EnumValueExpected(attribute, value));
        }
        EnumType type = field.Enum!;
        if (type.TryGetValue(constant.Text, out EnumValue? found))
        {
            return new EnumDefault(found);
        }
        string suggestion = Spelling.Suggestion(constant.Text, type.Values.Select(item => item.Name));
        return ((EnumEntry)context.TypesByName[type.Name]).Syntax.HasBrokenLines
            ? null
            : Wrong(context, DefaultMessages.NotAnEnumValue(attribute, constant.Text, suggestion));
    }

    private static DefaultValue? List(BindingContext context, AttributeSyntax attribute, ScalarField field, ExpressionSyntax value)
    {
        if (value is not ArraySyntax array)
        {
            return Wrong(context, DefaultMessages.ListExpected(attribute));
        }
        DefaultValue?[] items =
        [
            .. array.Items.Select(item =>
                field.Enum is null ? Literal(context, attribute, field.Type!.Value, item) : SingleEnumValue(context, attribute, field, item)
            ),
        ];
        return items.Contains(null) ? null : new ListDefault(items!);
    }

    private static DefaultValue? Literal(BindingContext context, AttributeSyntax attribute, ScalarType type, ExpressionSyntax value)
    {
        switch (type, value)
        {
            case (ScalarType.String or ScalarType.Json or ScalarType.Bytes or ScalarType.DateTime or ScalarType.Decimal, StringSyntax text):
                return new StringDefault(text.Value);
            case (ScalarType.Int or ScalarType.BigInt or ScalarType.Float or ScalarType.Decimal, NumberSyntax number):
                return new NumberDefault(number.Text);
            case (ScalarType.Boolean, ConstantSyntax { Text: "true" or "false" } constant):
                return constant.Text == "true" ? BooleanDefault.True : BooleanDefault.False;
            case (ScalarType.Boolean, ConstantSyntax constant):
                return Wrong(context, DefaultMessages.BooleanExpected(constant.Span));
            default:
                return Wrong(context, DefaultMessages.WrongType(attribute, type, value));
        }
    }

    private static DefaultValue? Wrong(BindingContext context, Diagnostic diagnostic)
    {
        context.Report(diagnostic);
        return null;
    }
}
