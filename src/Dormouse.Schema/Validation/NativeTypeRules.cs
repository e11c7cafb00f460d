using System.Globalization;
using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Validation;

/// <summary>The rules for <c>@db.…</c>, and for <c>Unsupported</c> types that are supported after all.</summary>
internal static class NativeTypeRules
{
    /// <summary>The type of the database that a field of a scalar type was given; null where it was given none, or a wrong one.</summary>
    public static NativeType? Check(BindingContext context, FieldEntry field) =>
        field.NativeAttribute is { } attribute ? Read(context, field.Scalar!.Type!.Value, attribute) : null;

    private static NativeType? Read(BindingContext context, ScalarType scalar, AttributeSyntax attribute)
    {
        SourceSpan span = attribute.Span;
        int dot = attribute.Name.Text.IndexOf('.');
        string scope = attribute.Name.Text[..dot];
        string name = attribute.Name.Text[(dot + 1)..];
        if (context.Datasource is { } datasource && datasource.Name != scope)
        {
            context.Report(FieldMessages.TypePrefix(scope, datasource.Name, name, span));
        }
        if (NativeTypes.Find(name) is not { } shape)
        {
            string suggestion = Spelling.Suggestion(name, NativeTypes.Names);
            context.Report(FieldMessages.UnknownNativeType(name, suggestion, span));
            return null;
        }
        ArgumentSyntax[] given = attribute.Arguments.Items;
        if (given.Length > shape.MostArguments)
        {
            context.Report(
                shape.MostArguments == 0
                    ? FieldMessages.NoTypeArguments(name, given.Length, span)
                    : FieldMessages.TooManyTypeArguments(name, shape.MostArguments, given.Length, span)
            );
            return null;
        }
        if (shape.Scalar != scalar)
        {
            context.Report(FieldMessages.IncompatibleType(name, scalar, shape.Scalar, span));
            return null;
        }
        if (given.Length == 0)
        {
            return shape.Plain;
        }
        string[] texts = [.. given.Select(argument => argument.Value.Shown)];
        if (!TryNumbers(shape, texts, out int[] numbers))
        {
            context.Report(FieldMessages.TypeArgumentValue(shape.MostArguments, string.Join(", ", texts), span));
            return null;
        }
        NativeType type = new(shape.Name, numbers);
        CheckRange(context, type, span);
        return type;
    }

    private static void CheckRange(BindingContext context, NativeType type, SourceSpan span)
    {
        if (type.Arguments.Count == 0)
        {
            return;
        }
        int first = type.Arguments[0];
        switch (type.Name)
        {
            case "Decimal" when type.Arguments[1] > first:
                context.Report(FieldMessages.ScaleAbovePrecision(type, span));
                break;
            case "Decimal" when first is 0 or > 1000:
                context.Report(FieldMessages.TypeArgumentRange(type, "Precision must be positive with a maximum value of 1000.", span));
                break;
            case "Bit" or "VarBit" when first == 0:
                context.Report(FieldMessages.TypeArgumentRange(type, "M must be a positive integer.", span));
                break;
            case "Timestamp" or "Timestamptz" or "Time" or "Timetz" when first > 6:
                context.Report(FieldMessages.TypeArgumentRange(type, "M can range from 0 to 6.", span));
                break;
        }
    }

    private static bool TryNumbers(NativeTypeShape shape, string[] texts, out int[] numbers)
    {
        numbers = new int[texts.Length];
        for (int index = 0; index < texts.Length; index++)
        {
            if (!int.TryParse(texts[index], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[index]))
            {
                return false;
            }
        }
        return texts.Length == 0 || texts.Length == shape.MostArguments;
    }

    /// <summary>Whether the text of an <c>Unsupported</c> type is <c>Name</c> or <c>Name(1, 2)</c> of a type that is supported.</summary>
    public static void CheckUnsupported(BindingContext context, FieldEntry field)
    {
        if (context.Datasource is { } datasource)
        {
            CheckUnsupported(context, field, field.Scalar!.UnsupportedType!, datasource.Name);
        }
    }

    private static void CheckUnsupported(BindingContext context, FieldEntry field, string text, string datasource)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal);
        string name = (open < 0 ? text : text[..open]).Trim();
        if (open == 0 || NativeTypes.Find(name) is not { } shape)
        {
            return;
        }
        string[] texts = [];
        int close = open < 0 ? -1 : text.IndexOf(')', open);
        if (close > 0)
        {
            texts = [.. text[(open + 1)..close].Split(',').Select(part => part.Trim())];
        }
        if (shape.MostArguments == 0)
        {
            texts = [];
        }
        if (TryNumbers(shape, texts, out int[] numbers))
        {
            context.Report(FieldMessages.SupportedType(field, shape.Scalar, datasource, new NativeType(shape.Name, numbers)));
        }
    }
}
